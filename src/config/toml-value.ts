import { isDeepStrictEqual } from 'node:util'
import { isTable } from './toml-tree.ts'

/** What an edit can write. */
export type TomlValue = string | number | boolean | readonly TomlValue[] | { readonly [key: string]: TomlValue }

/** A value in one line: `{ source = "keyring", account = "openai" }`. */
export function valueText(value: TomlValue): string {
  if (typeof value === 'string') return stringText(value)
  if (typeof value === 'number') return numberText(value)
  if (typeof value === 'boolean') return String(value)
  if (isList(value)) return `[${value.map(valueText).join(', ')}]`
  const pairs = Object.entries(value).map(([key, inner]) => `${keyText([key])} = ${valueText(inner)}`)
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`
}

/** A dotted key: `match.host`, `projects."/home/sam"`. */
export function keyText(keys: readonly string[]): string {
  return keys.map((key) => (/^[A-Za-z0-9_-]+$/.test(key) ? key : stringText(key))).join('.')
}

// The escapes of JSON are escapes of TOML; DEL is the one character that only TOML wants escaped.
const stringText = (text: string) => JSON.stringify(text).replaceAll('\x7f', '\\u007f')

function numberText(value: number): string {
  return Number.isFinite(value) ? String(value) : String(value).replace('NaN', 'nan').replace('Infinity', 'inf')
}

const isList = (value: unknown): value is readonly TomlValue[] => Array.isArray(value)

/** A parsed value in the form that `setKey` takes; what that form lacks (dates, integers beyond 2^53) becomes text. */
export function asTomlValue(parsed: unknown): TomlValue | undefined {
  if (parsed === undefined) return undefined
  if (typeof parsed === 'string' || typeof parsed === 'number' || typeof parsed === 'boolean') return parsed
  if (parsed instanceof Date) return parsed.toISOString()
  if (Array.isArray(parsed)) return parsed.map((inner) => asTomlValue(inner) ?? '')
  if (isTable(parsed))
    return Object.fromEntries(Object.entries(parsed).map(([key, inner]) => [key, asTomlValue(inner) ?? '']))
  return String(parsed)
}

/** True for the same data, whatever prototype its tables have. */
export function isEqual(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(ordinary(one), ordinary(other))
}

/** The same data in ordinary objects: those of smol-toml have no prototype. */
export function ordinary(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordinary)
  return isTable(value)
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, ordinary(inner)]))
    : value
}
