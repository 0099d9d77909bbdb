/** The keys of the schema as plain facts: for documentation, and for the word that was meant. */
import * as z from 'zod/mini'
import { nearest } from './meant.ts'
import { configSchema } from './schema.ts'
import { type Path, valueIn } from './toml-tree.ts'

/** The part of JSON Schema that `configSchema` comes out as. */
interface Shape {
  /** What the documentation calls such a value. */
  title?: string
  type?: string
  minimum?: number
  maximum?: number
  description?: string
  default?: unknown
  properties?: Readonly<Record<string, Shape>>
  required?: readonly string[]
  items?: Shape
  oneOf?: readonly Shape[]
  anyOf?: readonly Shape[]
  const?: string
  enum?: readonly string[]
}

export interface KeyFact {
  /** `routes.match.host`; `routes` is a list of tables. */
  path: string
  /** As the documentation names it: `list of hosts and ranges`, `seconds, 0.05 to 300`. */
  type: string
  description: string
  isRequired: boolean
  /** The value that holds where the key is not written. */
  fallback: unknown
  isTable: boolean
}

/** Every key there is, in the order of the schema; one that several kinds of table share comes once. */
export function everyKey(): KeyFact[] {
  const facts = factsOf(root(), '')
  return facts.filter(
    (fact, index) =>
      facts.findIndex(({ path, description }) => path === fact.path && description === fact.description) === index,
  )
}

function factsOf(shape: Shape, above: string): KeyFact[] {
  const kinds = alternatives(shape)
  const facts = kinds.flatMap(({ properties = {}, required = [] }) =>
    Object.entries(properties).map(([key, inner]): KeyFact[] => {
      const below = factsOf(inner, `${above}${key}.`)
      const { description = '', default: fallback } = inner
      const fact = { path: above + key, type: typeOf(inner), description, isRequired: required.includes(key), fallback }
      return [{ ...fact, isTable: below.length > 0 }, ...below]
    }),
  )
  // The tables that several kinds share stand behind what tells the kinds apart.
  return (kinds.length > 1 ? facts.sort((one, other) => one.length - other.length) : facts).flat()
}

function typeOf({ title, type = '', minimum, maximum, items, anyOf, const: word, enum: words }: Shape): string {
  if (anyOf) return anyOf.map(typeOf).join(', or ')
  if (items)
    return `list of ${typeOf(items)
      .split(' or ')
      .map((one) => `${one}s`)
      .join(' and ')}`
  if (word !== undefined || words) return (words ?? [word]).map((one) => `\`"${one}"\``).join(' or ')
  if (type === 'number') return `${title}, ${minimum} to ${maximum}`
  return title ?? type
}

/** The keys that the table at a path may have, by what the data already says of its kind. */
export function keysAt(path: Path, data: unknown): string[] {
  return [...new Set(shapesAt(path, data).flatMap(({ properties = {} }) => Object.keys(properties)))]
}

/** The key that was probably meant by one there is not: near it in the same table, or of its name in another table. */
export function meantKey(path: Path, data: unknown): string | undefined {
  const table = path.slice(0, -1)
  const key = `${path.at(-1)}`
  const beside = nearest(key, keysAt(table, data))
  if (beside !== undefined) return dotted([...table, beside])
  return everyKey().find((fact) => fact.path.endsWith(`.${key}`))?.path
}

/** The words that the value at a path may be, where it is one of a few. */
export function wordsAt(path: Path): string[] {
  return [
    ...new Set(
      shapesAt(path, undefined).flatMap((shape) => (shape.const === undefined ? (shape.enum ?? []) : [shape.const])),
    ),
  ]
}

function shapesAt(path: Path, data: unknown): Shape[] {
  const inside = (shape: Shape, key: string | number) =>
    (typeof key === 'number' ? shape.items : shape.properties?.[key]) ?? []
  return path.reduce<Shape[]>(
    (shapes, key, depth) => {
      const value = valueIn(data, path.slice(0, depth + 1))
      return shapes.flatMap((shape) => inside(shape, key)).flatMap((shape) => kindsOf(shape, value))
    },
    [root()],
  )
}

/** The kinds of table that a shape allows: the one that the value says it is, where it does. */
function kindsOf(shape: Shape, value: unknown): readonly Shape[] {
  const kinds = shape.oneOf ?? shape.anyOf ?? [shape]
  const said = kinds.filter(({ properties = {} }) =>
    Object.entries(properties).some(
      ([key, inner]) => inner.const !== undefined && valueIn(value, [key]) === inner.const,
    ),
  )
  return said.length > 0 ? said : kinds
}

const alternatives = (shape: Shape): readonly Shape[] =>
  shape.items ? alternatives(shape.items) : kindsOf(shape, undefined)

const root = () => z.toJSONSchema(configSchema, { io: 'input' }) as Shape

/** `routes.auth.type`, as a sentence names it. */
export function dotted(path: Path): string {
  return path.filter((key) => typeof key === 'string').join('.')
}
