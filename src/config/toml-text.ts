/**
 * Edits of a TOML text that leave the rest of it alone: comments, order, blank lines, line ends. It works on any TOML,
 * so other programs' settings are edited with it too.
 *
 * A table that an edit had to open says so beside its header. That is how the removal of its last key knows to take the
 * header along, and how a person sees whose it is.
 */
import type { AST } from 'toml-eslint-parser'
import { besideMark, withoutMark } from '../base/byte-order-mark.ts'
import { checked, refused } from './toml-check.ts'
import { addToInline, removeFromInline } from './toml-inline.ts'
import {
  endOfLine,
  insertLines,
  isBlankLine,
  removeBlock,
  removeLines,
  startOfBlock,
  startOfLine,
} from './toml-lines.ts'
import { isSame, type Path, startsWith, type Tree, treeOf, valueIn, valuesOf } from './toml-tree.ts'
import { asTomlValue, isEqual, keyText, type TomlValue, valueText } from './toml-value.ts'

export type { Path } from './toml-tree.ts'
export type { TomlValue } from './toml-value.ts'

const ourMark = '# added by cordon'

/** The value at a path, or undefined. A date comes as its text. Throws `toml_faulty`. */
export function valueAt(text: string, path: Path): TomlValue | undefined {
  return asTomlValue(valueIn(valuesOf(text), path))
}

/**
 * Puts a value in the place of the old one, or adds the key to the table that is there, or opens a table at the end.
 * A number in the path picks one table of an array. Throws `toml_faulty`, and `edit_refused` where the text cannot take it.
 */
export function setKey(text: string, path: Path, value: TomlValue): string {
  return besideMark(text, (plain) => {
    const old = valueIn(valuesOf(plain), path)
    if (old !== undefined && isEqual(old, value)) return plain
    const tree = treeOf(plain)
    if (path.length === 0) throw refused(tree, path, 'names no key')
    return checked(tree, path, value, withKey(tree, path, value))
  })
}

/**
 * Takes a key away, with its lines; or a table, with its keys, its sub-tables and the comment lines directly above it.
 * Nothing happens where there is none. Throws `toml_faulty` and `edit_refused`.
 */
export function removeKey(text: string, path: Path): string {
  return besideMark(text, (plain) => {
    if (valueIn(valuesOf(plain), path) === undefined) return plain
    const tree = treeOf(plain)
    return checked(tree, path, undefined, withoutKey(tree, path))
  })
}

/** The value at a path as it is written; undefined where it is written in pieces, as a table is. Throws `toml_faulty`. */
export function rawAt(text: string, path: Path): string | undefined {
  const plain = withoutMark(text)
  const node = treeOf(plain).keys.find((key) => isSame(key.path, path))?.node
  return node && plain.slice(...node.value.range)
}

/** Puts a value back as it was written, in the place of another. Throws `toml_faulty` and `edit_refused`. */
export function setRaw(text: string, path: Path, raw: string): string {
  return besideMark(text, (plain) => {
    const tree = treeOf(plain)
    const node = tree.keys.find((key) => isSame(key.path, path))?.node
    if (node === undefined) return plain
    const [from, to] = node.value.range
    const after = plain.slice(0, from) + raw + plain.slice(to)
    return checked(tree, path, asTomlValue(valueIn(valuesOf(after), path)), after)
  })
}

function withKey(tree: Tree, path: Path, value: TomlValue): string {
  const there = tree.keys.find((key) => isSame(key.path, path))
  if (there) return withValue(tree.text, there.node.value, value)
  for (let depth = path.length - 1; depth > 0; depth--) {
    const text = withKeyIn(tree, path, depth, value)
    if (text !== undefined) return text
  }
  return path.length === 1 ? withTopKey(tree, path, value) : withNewTable(tree, path, value)
}

const withValue = (text: string, { range }: AST.TOMLContentNode, value: TomlValue) =>
  text.slice(0, range[0]) + valueText(value) + text.slice(range[1])

/** Adds the key to the table `depth` keys down the path, in the way that table is written; undefined where it is not written. */
function withKeyIn(tree: Tree, path: Path, depth: number, value: TomlValue): string | undefined {
  const parent = path.slice(0, depth)
  const home = tree.keys.find((key) => isSame(key.path, parent))
  if (home) {
    if (home.node.value.type !== 'TOMLInlineTable') throw refused(tree, parent, 'is no table')
    return addToInline(tree.text, home.node.value, keyOf(tree, path, depth), value)
  }
  const table = tree.tables.find(({ resolvedKey }) => isSame(resolvedKey, parent))
  if (table) {
    // A header reaches into the last table of an array only; a dotted key reaches into each.
    const isInArray = parent.some((key) => typeof key === 'number')
    if (path.length - depth > 1 && !isInArray) return withNewTable(tree, path, value)
    return withLineAfter(tree.text, table.body.at(-1) ?? table, keyOf(tree, path, depth), value)
  }
  const sibling = tree.keys.findLast((key) => startsWith(key.path, parent) && key.tablePath.length < depth)
  if (!sibling) return undefined
  const key = keyOf(tree, path, sibling.tablePath.length)
  if (sibling.node.parent.type === 'TOMLInlineTable') return addToInline(tree.text, sibling.node.parent, key, value)
  return withLineAfter(tree.text, sibling.node, key, value)
}

/** What is left of a path inside the table `depth` keys down; it can name keys only, no place in an array. */
function keyOf(tree: Tree, path: Path, depth: number): string[] {
  return path.slice(depth).map((key) => {
    if (typeof key === 'number') throw refused(tree, path, 'is in an array')
    return key
  })
}

function withLineAfter(text: string, node: AST.TOMLKeyValue | AST.TOMLTable, key: string[], value: TomlValue): string {
  const indent = node.type === 'TOMLKeyValue' ? text.slice(startOfLine(text, node.range[0]), node.range[0]) : ''
  return insertLines(text, endOfLine(text, node.range[1]), [`${indent}${keyText(key)} = ${valueText(value)}`])
}

/** Top-level keys end at the first header, so a new one goes below the last of them, or above that header's comment. */
function withTopKey(tree: Tree, path: Path, value: TomlValue): string {
  const { text, top, tables } = tree
  const last = top.at(-1)
  if (last) return withLineAfter(text, last, keyOf(tree, path, 0), value)
  const line = `${keyText(keyOf(tree, path, 0))} = ${valueText(value)}`
  const [first] = tables
  return first
    ? insertLines(text, startOfBlock(text, first.range[0]), [line, ''])
    : insertLines(text, text.length, [line])
}

function withNewTable(tree: Tree, path: Path, value: TomlValue): string {
  const keys = keyOf(tree, path, 0)
  const lines = [`[${keyText(keys.slice(0, -1))}] ${ourMark}`, `${keyText(keys.slice(-1))} = ${valueText(value)}`]
  return insertLines(tree.text, tree.text.length, tree.text === '' ? lines : ['', ...lines])
}

function withoutKey(tree: Tree, path: Path): string {
  const { text, top, tables } = tree
  const node = tree.keys.find((key) => isSame(key.path, path))?.node
  if (!node) return withoutTable(tree, path)
  if (node.parent.type === 'TOMLInlineTable') return removeFromInline(text, node.parent, node)
  if (node.parent.type === 'TOMLTable' && isOurs(tree, node.parent))
    return removeBlock(text, node.parent.range[0], node.range[1])
  const [start, end] = [startOfLine(text, node.range[0]), endOfLine(text, node.range[1])]
  // The counterpart of the blank line that the first top-level key is given.
  const isLastOnTop = node.parent.type === 'TOMLTopLevelTable' && top.length === 1 && tables.length > 0
  return removeLines(text, start, isLastOnTop && isBlankLine(text, end) ? endOfLine(text, end) : end)
}

/** A table that an edit opened, with one key left and no comment of a person's. */
function isOurs({ text, comments }: Tree, { body, key, range }: AST.TOMLTable): boolean {
  const header = text.slice(key.range[1], endOfLine(text, key.range[1]))
  const inside = comments.filter((comment) => comment.range[0] > range[0] && comment.range[0] < range[1])
  return body.length === 1 && inside.length === 1 && header.includes(ourMark)
}

/** A table is written under headers, with dotted keys, or both, and not always in one piece. */
function withoutTable(tree: Tree, path: Path): string {
  const dotted = tree.keys.find((key) => startsWith(key.path, path) && key.tablePath.length < path.length)
  if (dotted) {
    const rest = withoutKey(tree, dotted.path)
    return valueIn(valuesOf(rest), path) === undefined ? rest : withoutKey(treeOf(rest), path)
  }
  const table = tree.tables.findLast(({ resolvedKey }) => startsWith(resolvedKey, path))
  if (!table) throw refused(tree, path, 'is an element of a list')
  const first = firstOfRun(tree, table, path)
  const rest = removeBlock(tree.text, startOfBlock(tree.text, first.range[0]), table.range[1])
  const isDone = tree.tables.every((one) => !startsWith(one.resolvedKey, path) || one.range[0] >= first.range[0])
  return isDone ? rest : withoutTable(treeOf(rest), path)
}

/** The first of the tables at a path that follow each other without another between them. */
function firstOfRun({ tables }: Tree, last: AST.TOMLTable, path: Path): AST.TOMLTable {
  const before = tables.slice(0, tables.indexOf(last))
  const other = before.findLastIndex(({ resolvedKey }) => !startsWith(resolvedKey, path))
  return before[other + 1] ?? last
}
