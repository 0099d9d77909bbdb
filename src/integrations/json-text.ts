/**
 * JSON as people write it, with comments and commas at the end: read and edited as text, so that every byte beside the edit
 * stays as it is. What is put in can be taken out again to the byte, which the parser's own edits do not aim at.
 */
import { findNodeAtLocation, getNodeValue, type JSONPath, type Node, type ParseError, parseTree } from 'jsonc-parser'
import { besideMark, withoutMark } from '../base/byte-order-mark.ts'
import { CordonError } from '../base/error.ts'
import { commaBehind, endOf, endOfComments, isBlankTo, marginOf, unitOf } from './json-places.ts'

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
    if (old) return plain.slice(0, old.offset) + JSON.stringify(value) + plain.slice(endOf(old))
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
    return old ? plain.slice(0, old.offset) + raw + plain.slice(endOf(old)) : plain
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

/** Puts an entry behind the last one, or behind what follows the opening on its line; a comma at the end stays one at the end. */
function withEntry(text: string, holder: Node, key: string | undefined, value: unknown): string {
  const last = holder.children?.at(-1)
  const comma = last && commaBehind(text, last)
  const behind = last ? endOf(last) : holder.offset + 1
  const name = (gap: string) => (key === undefined ? '' : `${JSON.stringify(key)}:${gap}`)
  const [separator, ending] = [last && comma === undefined ? ',' : '', comma === undefined ? '' : ',']
  if (!isInLines(text, holder)) {
    const gap = /":\s/.test(text) ? ' ' : ''
    const entry = `${last ? gap : ''}${name(gap)}${JSON.stringify(value)}${ending}`
    const at = comma === undefined ? behind : comma + 1
    return text.slice(0, behind) + separator + text.slice(behind, at) + entry + text.slice(at)
  }
  const at = endOfComments(text, comma === undefined ? behind : comma + 1)
  const eol = /\r?\n/.exec(text)?.[0] ?? '\n'
  const unit = unitOf(text)
  const margin =
    last && isBlankTo(text, last.offset) ? marginOf(text, last.offset) : marginOf(text, holder.offset) + unit
  const lines = JSON.stringify(value, null, unit).replaceAll('\n', eol + margin)
  const closing = last || /^\s*\n/.test(text.slice(at)) ? '' : eol + marginOf(text, holder.offset)
  const entry = `${eol}${margin}${name(' ')}${lines}${ending}${closing}`
  return text.slice(0, behind) + separator + text.slice(behind, at) + entry + text.slice(at)
}

/** Whether the entries of an object or an array have lines of their own; one without entries goes by what is around it. */
function isInLines(text: string, holder: Node): boolean {
  const last = holder.children?.at(-1)
  if (last) return text.slice(holder.offset, last.offset).includes('\n')
  const inner = text.slice(holder.offset, endOf(holder))
  const around = holder.parent?.type === 'property' ? holder.parent.parent : holder.parent
  return inner.includes('\n') || (around ? isInLines(text, around) : inner === '{}')
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

function withoutEntry(text: string, node: Node): string {
  const siblings = node.parent?.children ?? []
  const before = siblings[siblings.indexOf(node) - 1]
  const comma = commaBehind(text, node)
  const separator = comma === undefined && before ? commaBehind(text, before) : undefined
  const between = comma === undefined ? '' : text.slice(endOf(node), comma)
  const end = comma === undefined ? endOf(node) : comma + 1
  const blanks = /^[ \t]*/.exec(text.slice(end))?.[0].length ?? 0
  const startsLine = isBlankTo(text, node.offset)
  const endsLine = /^\r?\n/.test(text.slice(end + blanks))
  let [from, to] = [node.offset, end]
  if (startsLine && (endsLine || /^[}\]]/.test(text.slice(end + blanks))) && between.trim() === '') {
    from = text.slice(0, node.offset).replace(/\r?\n[ \t]*$/, '').length
  } else if (startsLine || before === undefined) to = end + blanks
  else from = text.slice(0, node.offset).replace(/[ \t]+$/, '').length
  const rest = text.slice(0, from) + between.trim() + text.slice(to)
  return separator === undefined ? rest : rest.slice(0, separator) + rest.slice(separator + 1)
}

/** The text with other white space and comments in an object or an array that has no entries. */
export function withInner(text: string, path: JsonPath, inner: string, file: string): string {
  return besideMark(text, (plain) => {
    const node = findNodeAtLocation(rootOf(plain, file), path)
    return node ? plain.slice(0, node.offset + 1) + inner + plain.slice(endOf(node) - 1) : plain
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
