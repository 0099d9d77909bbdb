/**
 * JSON as people write it, with comments and commas at the end: read and edited as text, so that every byte beside the edit
 * stays as it is. What is put in can be taken out again to the byte, which the parser's own edits do not aim at.
 */
import { findNodeAtLocation, getNodeValue, type JSONPath, type Node, type ParseError, parseTree } from 'jsonc-parser'
import { besideMark, withoutMark } from '../base/byte-order-mark.ts'
import { CordonError } from '../base/error.ts'
import { withEntry, withoutEntry } from './json-entry.ts'
import { endOf, spliced } from './json-places.ts'

export type JsonPath = JSONPath

/** The value at a path, or undefined where there is none. Throws `settings_unreadable`. */
export function jsonAt(text: string, path: JsonPath, file: string): unknown {
  const node = findNodeAtLocation(rootOf(withoutMark(text), file), path)
  return node && getNodeValue(node)
}

/** The text of the value at a path. */
export function rawAt(text: string, path: JsonPath, file: string): string | undefined {
  const plain = withoutMark(text)
  const node = findNodeAtLocation(rootOf(plain, file), path)
  return node && plain.slice(node.offset, endOf(node))
}

/** What stands between the braces or brackets at a path, where that is no value; undefined for all else. */
export function emptyAt(text: string, path: JsonPath, file: string): string | undefined {
  const plain = withoutMark(text)
  const node = findNodeAtLocation(rootOf(plain, file), path)
  return node?.children?.length === 0 ? plain.slice(node.offset + 1, endOf(node) - 1) : undefined
}

/** The text with a value at a path: in the place of the old one, or behind all others. */
export function withJson(text: string, path: JsonPath, value: unknown, file: string): string {
  return besideMark(text, (plain) => {
    const root = rootOf(plain, file)
    const old = findNodeAtLocation(root, path)
    if (old) return spliced(plain, old.offset, endOf(old), JSON.stringify(value))
    let depth = path.length - 1
    while (depth > 0 && !findNodeAtLocation(root, path.slice(0, depth))) depth--
    const holder = findNodeAtLocation(root, path.slice(0, depth)) ?? root
    if (holder.type !== 'object')
      throw unreadable(`${path.slice(0, depth).join('.')} in ${file} is no object`, plain, holder)
    const inner = path.slice(depth + 1).reduceRight<unknown>((rest, key) => ({ [key]: rest }), value)
    return withEntry(plain, holder, String(path[depth]), inner)
  })
}

/** The text with a text in the place of the value at a path. */
export function withRaw(text: string, path: JsonPath, raw: string, file: string): string {
  return besideMark(text, (plain) => {
    const old = findNodeAtLocation(rootOf(plain, file), path)
    return old ? spliced(plain, old.offset, endOf(old), raw) : plain
  })
}

/** The text with other white space and comments in an object or an array that has no entries. */
export function withInner(text: string, path: JsonPath, inner: string, file: string): string {
  return besideMark(text, (plain) => {
    const node = findNodeAtLocation(rootOf(plain, file), path)
    return node ? spliced(plain, node.offset + 1, endOf(node) - 1, inner) : plain
  })
}

/** The text with one more item at the end of an array, which is made where there is none. */
export function withItem(text: string, path: JsonPath, item: unknown, file: string): string {
  if (jsonAt(text, path, file) === undefined) return withJson(text, path, [item], file)
  return besideMark(text, (plain) => {
    const root = rootOf(plain, file)
    const array = findNodeAtLocation(root, path) ?? root
    if (array.type !== 'array') throw unreadable(`${path.join('.')} in ${file} is no array`, plain, array)
    return withEntry(plain, array, undefined, item)
  })
}

/** The text without the value at a path and its key, its comma and, where nothing else stands there, its line. */
export function withoutJson(text: string, path: JsonPath, file: string): string {
  return besideMark(text, (plain) => {
    const root = rootOf(plain, file)
    const value = findNodeAtLocation(root, path)
    if (value === undefined) return plain
    if (value === root) return plain.slice(0, root.offset) + plain.slice(endOf(root)).replace(/^\r?\n/, '')
    return withoutEntry(plain, value.parent?.type === 'property' ? value.parent : value)
  })
}

/** Throws `settings_unreadable` where the text is no JSON object. */
function rootOf(text: string, file: string): Node {
  const errors: ParseError[] = []
  const root = parseTree(text, errors, { allowTrailingComma: true })
  if (root?.type === 'object' && errors.length === 0) return root
  throw unreadable(`${file} is not a JSON object that cordon can edit`, text, errors[0] ?? { offset: 0 })
}

function unreadable(why: string, text: string, { offset }: { offset: number }): CordonError {
  const line = text.slice(0, offset).split('\n').length
  return new CordonError('settings_unreadable', `${why} (line ${line}).`, {
    hint: 'mend the file, then run the command again',
  })
}
