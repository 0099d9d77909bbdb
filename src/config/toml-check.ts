/**
 * The last look at an edit. Whatever way it was made, the new text must mean exactly what was intended and have lost no
 * comment that a person wrote; an edit that cannot show this is not made.
 */
import { CordonError } from '../base/error.ts'
import { isTable, type Path, startsWith, type Tree, treeOf, valueIn, valuesOf } from './toml-tree.ts'
import { isEqual, ordinary, type TomlValue } from './toml-value.ts'

/** The text in which `path` was set to `value`, or removed where that is undefined. Throws `edit_refused`. */
export function checked(before: Tree, path: Path, value: TomlValue | undefined, after: string): string {
  if (!isIntended(before, path, value, after))
    throw refused(before, path, 'is written in a way that cannot be changed safely')
  return after
}

/** Why an edit was not made, where, and what to do. It never shows the value, which may be a credential. */
export function refused(tree: Tree, path: Path, why: string): CordonError {
  const name = path.filter((key) => typeof key === 'string').join('.')
  return new CordonError('edit_refused', `Line ${lineOf(tree, path)} stays as it is: ${name} ${why}.`, {
    hint: `change ${name} by hand, then run the command again`,
  })
}

function isIntended(before: Tree, path: Path, value: TomlValue | undefined, after: string): boolean {
  try {
    const [old, now] = [ordinary(valuesOf(before.text)), ordinary(valuesOf(after))]
    if (value !== undefined) return isEqual(withValue(old, path, value), now) && keepsComments(before, treeOf(after))
    return isEqual(withoutValue(old, path), withoutEmpty(now, path))
  } catch (thrown) {
    if (thrown instanceof CordonError) return false
    throw thrown
  }
}

function withValue(data: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return value
  if (Array.isArray(data)) return data.map((inner, index) => (index === key ? withValue(inner, rest, value) : inner))
  const table = isTable(data) ? data : {}
  return { ...table, ...Object.fromEntries([[key, withValue(valueIn(table, [key]), rest, value)]]) }
}

/** Without the value, and without the tables around it that it leaves empty: their headers may have gone with it. */
function withoutValue(data: unknown, path: Path): unknown {
  const [key, ...rest] = path
  if (key === undefined || !isHolder(data)) return undefined
  return withInner(data, key, withoutValue(valueIn(data, [key]), rest))
}

function withoutEmpty(data: unknown, path: Path): unknown {
  const [key, ...rest] = path
  const inner = key === undefined ? undefined : valueIn(data, [key])
  if (key === undefined || rest.length === 0 || !isHolder(data) || !isHolder(inner)) return data
  return withInner(data, key, withoutEmpty(inner, rest))
}

function withInner(data: object, key: string | number, inner: unknown): unknown {
  const isGone = inner === undefined || (isHolder(inner) && Object.keys(inner).length === 0)
  if (Array.isArray(data)) return data.flatMap((old, index) => (index === key ? (isGone ? [] : [inner]) : [old]))
  const others = Object.entries(data).filter(([name]) => name !== key)
  return Object.fromEntries(isGone ? others : [...others, [key, inner]])
}

const isHolder = (value: unknown): value is object => isTable(value) || Array.isArray(value)

function keepsComments(before: Tree, after: Tree): boolean {
  const left = after.comments.map(({ value }) => value)
  return before.comments.every(({ value }) => {
    const index = left.indexOf(value)
    return index !== -1 && left.splice(index, 1).length === 1
  })
}

/** Where a path is written; or, where it is not, the nearest table around it. */
function lineOf({ keys, tables }: Tree, path: Path): number {
  const places = [
    ...tables.map((table) => ({ path: table.resolvedKey, line: table.loc.start.line })),
    ...keys.map((key) => ({ path: key.path, line: key.node.loc.start.line })),
  ].sort((one, other) => one.path.length - other.path.length)
  const place =
    places.find((one) => startsWith(one.path, path)) ??
    places.findLast((one) => startsWith(path, one.path)) ??
    places.find((one) => one.path[0] === path[0])
  return place?.line ?? 1
}
