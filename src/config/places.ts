/** Where in the text a fault of the data is shown. */
import type { AST } from 'toml-eslint-parser'
import type { Span } from './fault.ts'
import { dotted, everyKey, meantKey } from './schema-keys.ts'
import { isSame, nameOf, type Path, type Tree } from './toml-tree.ts'

/** One place where a path is written: the word that names it and, where they stand there, its value or its header. */
interface Mark {
  path: Path
  name: Span
  value: Span | undefined
  header: Span | undefined
}

/** The word that names a key. */
export function nameSpan(tree: Tree, path: Path): Span {
  return marksAt(tree, path)[0]?.name ?? tableSpan(tree, path)
}

/** A value, or the header of a table. */
export function valueSpan(tree: Tree, path: Path): Span {
  const marks = marksAt(tree, path)
  return marks.find(({ value }) => value)?.value ?? tableSpan(tree, path)
}

/** The header of a table; without one, the first word that opens it; without that, the table around it. */
export function tableSpan(tree: Tree, path: Path): Span {
  const marks = marksAt(tree, path)
  const header = marks.find((mark) => mark.header)?.header
  if (header) return header
  const [first] = marks
  if (first) return first.name
  return path.length === 0 ? { from: 0, to: 0 } : tableSpan(tree, path.slice(0, -1))
}

/**
 * The values that nobody may see, because a person may have put the secret itself there: those of keys that are not even
 * near to one of ours, and whatever stands in the place of a table.
 */
export function hiddenSpans({ keys }: Tree): Span[] {
  const facts = everyKey()
  const isOurs = (path: string, isTable: boolean) =>
    facts.some((fact) => fact.path === path && fact.isTable === isTable)
  return keys
    .filter(({ path, node }) => {
      if (isOurs(dotted(path), true)) return node.value.type === 'TOMLValue'
      return !isOurs(dotted(path), false) && !isOurs(meantKey(path, undefined) ?? '', false)
    })
    .map(({ node }) => spanOf(node.value))
}

const marksAt = (tree: Tree, path: Path) => marksOf(tree).filter((mark) => isSame(mark.path, path))

function marksOf({ text, tables, keys }: Tree): Mark[] {
  const headers = tables.flatMap((table) => headerMarks(text, table))
  const pairs = keys.flatMap(({ tablePath, node }) => keyMarks(node, tablePath))
  return [...headers, ...pairs].sort((one, other) => one.name.from - other.name.from)
}

/** `[routes.match]` names `routes`, one of its tables, and `match`. */
function headerMarks(text: string, { key, range, resolvedKey }: AST.TOMLTable): Mark[] {
  const words = [...key.keys]
  const close = /\s*\]{1,2}/y
  close.lastIndex = key.range[1]
  const header = { from: range[0], to: key.range[1] + (close.exec(text)?.[0].length ?? 0) }
  let name: Span = header
  return resolvedKey.map((part, index) => {
    if (typeof part === 'string') name = spanOf(words.shift() ?? key)
    const isWhole = index === resolvedKey.length - 1
    return { path: resolvedKey.slice(0, index + 1), name, value: undefined, header: isWhole ? header : undefined }
  })
}

function keyMarks({ key, value }: AST.TOMLKeyValue, tablePath: Path): Mark[] {
  const marks = key.keys.map((word, index) => ({
    path: [...tablePath, ...key.keys.slice(0, index + 1).map(nameOf)],
    name: spanOf(word),
    value: index === key.keys.length - 1 ? spanOf(value) : undefined,
    header: undefined,
  }))
  return [...marks, ...elementMarks(value, marks.at(-1)?.path ?? tablePath)]
}

function elementMarks(value: AST.TOMLContentNode, path: Path): Mark[] {
  if (value.type !== 'TOMLArray') return []
  return value.elements.flatMap((element, index) => {
    const inner = [...path, index]
    return [
      { path: inner, name: spanOf(element), value: spanOf(element), header: undefined },
      ...elementMarks(element, inner),
    ]
  })
}

const spanOf = ({ range }: { range: AST.Range }): Span => ({ from: range[0], to: range[1] })
