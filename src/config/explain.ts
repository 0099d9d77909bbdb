/** The findings of the schema in sentences. */
import type * as z from 'zod/mini'
import { type Finding, faultyValue } from './finding.ts'
import { nearest } from './meant.ts'
import { dotted, everyKey, meantKey, wordsAt } from './schema-keys.ts'
import { type Path, valueIn } from './toml-tree.ts'

export type Issue = z.core.$ZodIssue

/** What one issue of the schema says to a person; several unknown keys of a table come as one issue. */
export function explained(issue: Issue, data: unknown): Finding[] {
  const path = pathOf(issue)
  const value = valueIn(data, path)
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(path, key, data))
    case 'custom':
      return [value === undefined ? missingKey(path, issue.message) : misfit(path, value, issue.message, issue.params)]
    case 'invalid_union':
      if (issue.errors.length > 0) return inUnion(issue.errors, path, data)
      return [value === undefined ? missingKey(path) : wrongWord(path, value)]
    case 'invalid_value':
      return [wrongWord(path, value)]
    case 'invalid_type':
      return [value === undefined ? missingKey(path) : wrongType(path, value, [issue.expected])]
    case 'too_small':
      return [faulty(path, issue.origin === 'array' ? 'must not be empty' : `must be at least ${issue.minimum}`)]
    case 'too_big':
      return [faulty(path, `must be at most ${issue.maximum}`)]
    default:
      return [faulty(path, `is faulty: ${issue.message}`)]
  }
}

/** The path of an issue; TOML has no symbols. */
export const pathOf = ({ path }: Issue): Path => path.filter((key) => typeof key !== 'symbol')

/** Of the forms a value may have, the one it is nearest to is the one whose faults are told. */
function inUnion(forms: readonly Issue[][], path: Path, data: unknown): Finding[] {
  const near = forms.find(([first]) => first && !(first.code === 'invalid_type' && first.path.length === 0))
  if (near) return near.flatMap((issue) => explained({ ...issue, path: [...path, ...issue.path] }, data))
  const expected = forms.flatMap((issues) =>
    issues.flatMap((issue) => (issue.code === 'invalid_type' ? [issue.expected] : [])),
  )
  return [wrongType(path, valueIn(data, path), expected)]
}

/** Keys and words that other versions of this file have had. */
const notHere: ReadonlyMap<string, string> = new Map([
  ['listeners', 'listeners for databases are not supported yet'],
  ['services', 'listeners for databases are not supported yet'],
  ['secrets.providers', 'providers of secrets are not supported yet; `source` is "keyring" or "age"'],
  ['routes.auth.type=bearer', 'is now type = "header" with header_name = "Authorization" and scheme = "Bearer"'],
  ['routes.auth.type=api_key', 'is now type = "header" with a header_name'],
  ['routes.auth.secret.source=1password', 'is not supported yet; it can be "keyring" or "age"'],
])

/** What to say of a word that this version does not take although others did. */
export function unsupported(path: Path, word: string): string | undefined {
  return notHere.get(`${dotted(path)}=${word}`)
}

function unknownKey(table: Path, key: string, data: unknown): Finding {
  const path = [...table, key]
  const found = (sentence: string, meant?: string): Finding => ({
    ...faulty(path, '', meant),
    code: 'unknown_key',
    part: 'name',
    sentence,
  })
  const note = notHere.get(dotted(path))
  if (note !== undefined) return found(`"${key}" cannot stand here: ${note}.`)
  const kind = ['type', 'source'].find((word) => typeof valueIn(data, [...table, word]) === 'string')
  const isOfOtherKind = everyKey().some((one) => one.path === dotted(path))
  if (kind !== undefined && isOfOtherKind)
    return found(`"${key}" does not go with ${kind} = "${valueIn(data, [...table, kind])}".`)
  const meant = meantKey(path, data)
  const isBeside = meant !== undefined && meant === dotted([...table, meant.split('.').at(-1) ?? ''])
  return found(`"${key}" is not a key of ${dotted(table) || 'this file'}.`, isBeside ? meant.split('.').at(-1) : meant)
}

function missingKey(path: Path, why = 'is missing'): Finding {
  const [table, [key]] = [path.slice(0, -1), path.slice(-1)]
  const sentence = table.length === 0 ? `"${key}" ${why}.` : `"${key}" of ${dotted(table)} ${why}.`
  return { ...faulty(table, ''), code: 'missing_key', part: 'table', sentence, missing: path }
}

function misfit(path: Path, value: unknown, why: string, params: Readonly<Record<string, unknown>> = {}): Finding {
  const { meant, isDiscreet = false } = params
  const shown = isDiscreet === true || typeof value !== 'string' || value.length > 80 ? '' : ` ${JSON.stringify(value)}`
  return {
    ...faulty(path, why, typeof meant === 'string' ? meant : undefined),
    sentence: `${nameIn(path)}${shown} ${why}.`,
    isDiscreet: isDiscreet === true,
  }
}

function wrongWord(path: Path, value: unknown): Finding {
  if (typeof value !== 'string') return wrongType(path, value, ['string'])
  const words = wordsAt(path)
  const note = unsupported(path, value)
  if (note !== undefined) return faulty(path, `"${value}" ${note}`)
  const choice = words.map((word) => `"${word}"`).join(' or ')
  return misfit(path, value, `is not one that cordon knows; it can be ${choice}`, { meant: nearest(value, words) })
}

const kinds: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'text in quotes',
  boolean: 'true or false',
  array: 'a list',
  object: 'a table',
}

function wrongType(path: Path, value: unknown, expected: readonly string[]): Finding {
  if (path.at(-1) === 'secret') {
    const sentence =
      'secret must be a table that says where the secret lies; the secret itself never stands in this file.'
    return { ...faulty(path, ''), sentence, isDiscreet: true }
  }
  return faulty(
    path,
    `must be ${[...new Set(expected.map((kind) => kinds[kind] ?? kind))].join(' or ')}, not ${kindOf(value)}`,
  )
}

function kindOf(value: unknown): string {
  if (value instanceof Date) return 'a date'
  if (Array.isArray(value)) return 'a list'
  switch (typeof value) {
    case 'string':
      return 'text'
    case 'bigint':
      return 'one so large'
    case 'number':
      return Number.isInteger(value) ? 'a number' : 'a fraction'
    default:
      return kinds[typeof value] ?? typeof value
  }
}

function faulty(path: Path, why: string, meant?: string): Finding {
  return faultyValue(path, `${nameIn(path)} ${why}.`, meant)
}

const nameIn = (path: Path) => `${path.findLast((key) => typeof key === 'string') ?? 'this file'}`
