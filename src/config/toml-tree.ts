/**
 * A TOML text twice: as values, which smol-toml reads, and as places, which toml-eslint-parser knows. Both read TOML 1.1.
 */
import { parse, TomlError } from 'smol-toml'
import { type AST, ParseError, parseTOML } from 'toml-eslint-parser'
import { CordonError } from '../base/error.ts'

/** Where a value lies in the data: keys, and the indices of arrays (`['routes', 0, 'match', 'host']`). */
export type Path = readonly (string | number)[]

/** A table as smol-toml gives it: 64-bit integers beyond 2^53 are bigints, dates are `TomlDate`. */
export type Table = { [key: string]: unknown }

/** A `key = value`, with the whole path of its last key and the path of the table it is written in. */
export interface KeyAt {
  path: Path
  tablePath: Path
  node: AST.TOMLKeyValue
}

export interface Tree {
  text: string
  /** The keys before the first header. */
  top: readonly AST.TOMLKeyValue[]
  /** The `[tables]` and `[[tables]]`, in the order of the file. */
  tables: readonly AST.TOMLTable[]
  /** Every key of the file, also those inside inline tables, in the order of the file. */
  keys: readonly KeyAt[]
  comments: readonly AST.Comment[]
}

/** What is wrong with a text that is no TOML, and where: a line and a column, both from 1. */
export class TomlFault extends CordonError {
  readonly sentence: string
  readonly line: number
  readonly column: number

  constructor(sentence: string, line: number, column: number, cause: unknown) {
    super('toml_faulty', `Line ${line} is not TOML: ${sentence}.`, { hint: 'mend that line, then run it again', cause })
    this.sentence = sentence
    this.line = line
    this.column = column
  }
}

/** The values of a text. Throws a `TomlFault`. */
export function valuesOf(text: string): Table {
  try {
    return parse(text, { integersAsBigInt: 'asNeeded' })
  } catch (thrown) {
    if (!(thrown instanceof TomlError)) throw thrown
    // smol-toml puts a drawing of its own below its first line.
    const sentence = thrown.message.split('\n')[0]?.replace('Invalid TOML document: ', '') ?? ''
    throw new TomlFault(sentence, thrown.line, thrown.column, thrown)
  }
}

/** The places of a text. Throws a `TomlFault`. */
export function treeOf(text: string): Tree {
  const program = programOf(text)
  const [{ body }] = program.body
  const top = body.filter((node) => node.type === 'TOMLKeyValue')
  const tables = body.filter((node) => node.type === 'TOMLTable')
  const keys = body.flatMap((node) =>
    node.type === 'TOMLTable' ? node.body.flatMap((key) => keysOf(key, node.resolvedKey)) : keysOf(node, []),
  )
  return { text, top, tables, keys, comments: program.comments }
}

function programOf(text: string): AST.TOMLProgram {
  try {
    return parseTOML(text, { tomlVersion: '1.1' })
  } catch (thrown) {
    if (!(thrown instanceof ParseError)) throw thrown
    throw new TomlFault(thrown.message.toLowerCase(), thrown.lineNumber, thrown.column + 1, thrown)
  }
}

function keysOf(node: AST.TOMLKeyValue, tablePath: Path): KeyAt[] {
  const path = [...tablePath, ...node.key.keys.map(nameOf)]
  return [{ path, tablePath, node }, ...keysInside(node.value, path)]
}

function keysInside(value: AST.TOMLContentNode, path: Path): KeyAt[] {
  switch (value.type) {
    case 'TOMLInlineTable':
      return value.body.flatMap((key) => keysOf(key, path))
    case 'TOMLArray':
      return value.elements.flatMap((element, index) => keysInside(element, [...path, index]))
    case 'TOMLValue':
      return []
  }
}

export function nameOf(key: AST.TOMLBare | AST.TOMLQuoted): string {
  return key.type === 'TOMLBare' ? key.name : key.value
}

/** What lies at a path, or undefined. */
export function valueIn(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (found, key) =>
      isTable(found) || Array.isArray(found)
        ? Object.entries(found).find(([name]) => name === `${key}`)?.[1]
        : undefined,
    data,
  )
}

export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

export function isSame(path: Path, other: Path): boolean {
  return path.length === other.length && startsWith(path, other)
}

export function startsWith(path: Path, prefix: Path): boolean {
  return prefix.length <= path.length && prefix.every((key, index) => key === path[index])
}
