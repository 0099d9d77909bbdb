/**
 * JSON as people write it, with comments and commas at the end: read and edited as text, so that every byte beside the edit
 * stays as it is.
 */
import {
  applyEdits,
  createScanner,
  findNodeAtLocation,
  getNodeValue,
  type JSONPath,
  modify,
  type Node,
  type ParseError,
  parseTree,
  type SyntaxKind,
} from 'jsonc-parser'
import { CordonError } from '../base/error.ts'

export type JsonPath = JSONPath

/** The value at a path, or undefined where there is none. Throws `settings_unreadable`. */
export function jsonAt(text: string, path: JsonPath, file: string): unknown {
  const node = findNodeAtLocation(rootOf(text, file), path)
  return node && getNodeValue(node)
}

/** The text with a value at a path. */
export function withJson(text: string, path: JsonPath, value: unknown): string {
  return applyEdits(text, modify(text, path, value, { formattingOptions: mannerOf(text) }))
}

/** The text with one more item at the end of an array, which is made where there is none. */
export function withItem(text: string, path: JsonPath, item: unknown, file: string): string {
  if (jsonAt(text, path, file) === undefined) return withJson(text, path, [item])
  const options = { formattingOptions: mannerOf(text), isArrayInsertion: true }
  return applyEdits(text, modify(text, [...path, -1], item, options))
}

/**
 * The text without the value at a path and its key, its comma and, where nothing else stands there, its line. The parser's
 * own removal would take comments along that stand before it.
 */
export function withoutJson(text: string, path: JsonPath, file: string): string {
  const value = findNodeAtLocation(rootOf(text, file), path)
  const node = value?.parent?.type === 'property' ? value.parent : value
  const siblings = node?.parent?.children ?? []
  if (node === undefined) return text
  const before = siblings[siblings.indexOf(node) - 1]
  const after = commaBehind(text, node)
  const comma = after ?? (before && commaBehind(text, before))
  const whole = lineOf(text, { from: node.offset, to: after === undefined ? endOf(node) : after + 1 })
  const rest = text.slice(0, whole.from) + text.slice(whole.to)
  return after !== undefined || comma === undefined ? rest : rest.slice(0, comma) + rest.slice(comma + 1)
}

const endOf = ({ offset, length }: Node) => offset + length

/** The offset of the comma that follows, perhaps behind comments. */
function commaBehind(text: string, node: Node): number | undefined {
  const scanner = createScanner(text, true)
  scanner.setPosition(endOf(node))
  return scanner.scan() === commaToken ? scanner.getTokenOffset() : undefined
}

// The scanner's kinds of tokens are a const enum, which a compiler that looks at one file alone cannot read.
const commaToken: SyntaxKind = 5

/** The span with the line around it, where it is alone on it; else with the blanks before it. */
function lineOf(text: string, { from, to }: { from: number; to: number }): { from: number; to: number } {
  const blanks = /[ \t]*$/.exec(text.slice(0, from))?.[0].length ?? 0
  const start = from - blanks
  const end = /^[ \t]*\r?\n/.exec(text.slice(to))?.[0].length
  return end !== undefined && (start === 0 || text[start - 1] === '\n')
    ? { from: start, to: to + end }
    : { from: start, to }
}

/** Throws `settings_unreadable` where the text is no JSON object; a file without any text is an empty one. */
function rootOf(text: string, file: string): Node {
  const errors: ParseError[] = []
  const root = parseTree(text, errors, { allowTrailingComma: true })
  if (root?.type === 'object' && errors.length === 0) return root
  const line = text.slice(0, errors[0]?.offset ?? 0).split('\n').length
  throw new CordonError('settings_unreadable', `${file} is not a JSON object that cordon can edit (line ${line}).`, {
    hint: 'mend the file, then run the command again',
  })
}

/** How the person indents and ends lines. */
function mannerOf(text: string): { insertSpaces: boolean; tabSize: number; eol: string } {
  const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? '  '
  return { insertSpaces: !indent.startsWith('\t'), tabSize: indent.length, eol: /\r?\n/.exec(text)?.[0] ?? '\n' }
}
