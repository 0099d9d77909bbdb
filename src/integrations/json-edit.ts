import { withoutMark } from '../base/byte-order-mark.ts'
import type { JsonPart, SetJson } from './integration.ts'
import {
  emptyAt,
  type JsonPath,
  jsonAt,
  rawAt,
  withInner,
  withItem,
  withJson,
  withoutJson,
  withRaw,
} from './json-text.ts'
import { digestOf } from './manifest.ts'

/** What a JSON file is to hold: values at their paths, and items at the end of arrays that others add to as well. */
export interface WantedJson {
  set: readonly { path: JsonPath; value: unknown }[]
  add?: readonly { path: JsonPath; item: unknown }[]
}

/** The text with all that is wanted, and how to know our part again. `ours` is the part of an earlier run. */
export function editJson(
  text: string,
  { set, add = [] }: WantedJson,
  ours: JsonPart | undefined,
  file: string,
): { text: string; part: JsonPart } {
  const theirs = ours === undefined ? text : takenBackJson(text, ours, file).text
  const isNew = isBlank(theirs)
  const base = isNew ? `${theirs}{}\n` : theirs
  const holders = [...set.map(({ path }) => path.slice(0, -1)), ...add.map(({ path }) => path)]
  const above = distinct(holders.flatMap((path) => path.map((_, index) => path.slice(0, index + 1))))
  const part: JsonPart = {
    kind: 'json',
    keys: set.map(({ path, value }) => setJson(path, value, rawAt(base, path, file))),
    items: add.map(({ path, item }) => ({ path, wrote: digestOfValue(item) })),
    made: [...(isNew ? [[]] : []), ...above.filter((path) => jsonAt(base, path, file) === undefined)],
    empty: [[], ...above].flatMap((path) => {
      const inner = emptyAt(base, path, file)
      return inner === undefined ? [] : [{ path, inner }]
    }),
  }
  if (ours !== undefined && isSame(part, ours) && isAllThere(text, part, file)) return { text, part }
  const withKeys = set.reduce((rest, { path, value }) => withJson(rest, path, value, file), base)
  return { text: add.reduce((rest, { path, item }) => withItem(rest, path, item, file), withKeys), part }
}

const setJson = (path: JsonPath, value: unknown, previous: string | undefined): SetJson =>
  previous === undefined ? { path, wrote: digestOfValue(value) } : { path, wrote: digestOfValue(value), previous }

const digestOfValue = (value: unknown) => digestOf(JSON.stringify(value))

const isBlank = (text: string) => withoutMark(text).trim() === ''

/** Each path once, outermost first. */
const distinct = (paths: readonly JsonPath[]): JsonPath[] => [
  ...new Map(paths.map((path) => [JSON.stringify(path), path])).values(),
]

const isSame = (one: JsonPart, other: JsonPart) =>
  JSON.stringify([one.keys, one.items]) === JSON.stringify([other.keys, other.items])

function isAllThere(text: string, { keys, items }: JsonPart, file: string): boolean {
  return (
    keys.every(({ path, wrote }) => digestAt(text, path, file) === wrote) &&
    items.every(({ path, wrote }) => indexOf(text, path, wrote, file) !== -1)
  )
}

function digestAt(text: string, path: JsonPath, file: string): string | undefined {
  const value = jsonAt(text, path, file)
  return value === undefined ? undefined : digestOfValue(value)
}

function indexOf(text: string, path: JsonPath, wrote: string, file: string): number {
  const array = jsonAt(text, path, file)
  return Array.isArray(array) ? array.findIndex((item) => digestOfValue(item) === wrote) : -1
}

/** The text with our part as it was before us. A value that a person has changed since stays, and is told. */
export function takenBackJson(
  text: string,
  { keys, items, made, empty }: JsonPart,
  file: string,
): { text: string; conflicts: string[] } {
  const conflicts: string[] = []
  if (isBlank(text)) return { text, conflicts }
  let rest = text
  for (const { path, wrote } of items) {
    const index = indexOf(rest, path, wrote, file)
    if (index !== -1) rest = withoutJson(rest, [...path, index], file)
  }
  for (const { path, wrote, previous } of keys.toReversed()) {
    const now = digestAt(rest, path, file)
    if (now === undefined) continue
    if (now !== wrote) conflicts.push(path.join('.'))
    else rest = previous === undefined ? withoutJson(rest, path, file) : withRaw(rest, path, previous, file)
  }
  // An object of ours stays where a person put something into it, and be it a comment.
  for (const path of made.toReversed())
    if (emptyAt(rest, path, file)?.trim() === '') rest = withoutJson(rest, path, file)
  const isGone = made.some((path) => path.length === 0) && isBlank(rest)
  for (const { path, inner } of isGone ? [] : empty)
    if (hasSameLetters(emptyAt(rest, path, file), inner)) rest = withInner(rest, path, inner, file)
  return { text: rest, conflicts }
}

const hasSameLetters = (one: string | undefined, other: string) => one?.replace(/\s/g, '') === other.replace(/\s/g, '')
