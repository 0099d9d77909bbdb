import type { JsonPart, SetJson } from './integration.ts'
import { type JsonPath, jsonAt, withItem, withJson, withoutJson } from './json-text.ts'
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
  const base = theirs.trim() === '' ? '{}\n' : theirs
  const part: JsonPart = {
    kind: 'json',
    keys: set.map(({ path, value }) => setJson(path, value, jsonAt(base, path, file))),
    items: add.map(({ path, item }) => ({ path, wrote: digestOfValue(item) })),
    made: madeFor(base, [...set.map(({ path }) => path.slice(0, -1)), ...add.map(({ path }) => path)], file),
  }
  if (ours !== undefined && isSame(part, ours) && isAllThere(text, part, file)) return { text, part }
  const withKeys = set.reduce((rest, { path, value }) => withJson(rest, path, value), base)
  return { text: add.reduce((rest, { path, item }) => withItem(rest, path, item, file), withKeys), part }
}

const setJson = (path: JsonPath, value: unknown, previous: unknown): SetJson =>
  previous === undefined
    ? { path, wrote: digestOfValue(value) }
    : { path, wrote: digestOfValue(value), previous: JSON.stringify(previous) }

const digestOfValue = (value: unknown) => digestOf(JSON.stringify(value))

/** The objects and arrays above these paths that are not there yet, outermost first. */
function madeFor(text: string, paths: readonly JsonPath[], file: string): JsonPath[] {
  const above = paths.flatMap((path) => path.map((_, index) => path.slice(0, index + 1)))
  const missing = above.filter((path) => jsonAt(text, path, file) === undefined)
  return [...new Map(missing.map((path) => [JSON.stringify(path), path])).values()]
}

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
  { keys, items, made }: JsonPart,
  file: string,
): { text: string; conflicts: string[] } {
  const conflicts: string[] = []
  if (text.trim() === '') return { text, conflicts }
  let rest = text
  for (const { path, wrote } of items) {
    const index = indexOf(rest, path, wrote, file)
    if (index !== -1) rest = withoutJson(rest, [...path, index], file)
  }
  for (const { path, wrote, previous } of keys.toReversed()) {
    const now = digestAt(rest, path, file)
    if (now === undefined) continue
    if (now !== wrote) conflicts.push(path.join('.'))
    else rest = previous === undefined ? withoutJson(rest, path, file) : withJson(rest, path, JSON.parse(previous))
  }
  for (const path of made.toReversed()) if (isEmpty(jsonAt(rest, path, file))) rest = withoutJson(rest, path, file)
  return { text: rest, conflicts }
}

/** An object or an array with nothing in it. */
function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
