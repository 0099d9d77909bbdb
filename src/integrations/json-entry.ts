/** A member of an object or an item of an array, put into a text of JSON and taken out again, to the byte. */
import type { Node } from 'jsonc-parser'
import { commaBehind, endOf, endOfComments, isBlankTo, marginOf, spliced, unitOf } from './json-places.ts'

/** Puts an entry behind the last one; a comma at the end stays one at the end. */
export function withEntry(text: string, holder: Node, key: string | undefined, value: unknown): string {
  const last = holder.children?.at(-1)
  const comma = last && commaBehind(text, last)
  const behind = last ? endOf(last) : holder.offset + 1
  const next = comma === undefined ? behind : comma + 1
  const [separator, ending] = [last && comma === undefined ? ',' : '', comma === undefined ? '' : ',']
  const name = key === undefined ? '' : `${JSON.stringify(key)}:`
  const { at, entry, closing } = isInLines(text, holder)
    ? lineFor(text, holder, next, name, value)
    : wordsFor(text, holder, next, name, value)
  return text.slice(0, behind) + separator + text.slice(behind, at) + entry + ending + closing + text.slice(at)
}

/** An entry with its offset, and what comes between it and the closing bracket. */
interface Placed {
  at: number
  entry: string
  closing: string
}

/** Beside the entry before it. */
function wordsFor(text: string, { children }: Node, at: number, name: string, value: unknown): Placed {
  const gap = /":\s/.test(text) ? ' ' : ''
  const words = `${name}${name && gap}${JSON.stringify(value)}`
  return { at, entry: children?.length ? gap + words : words, closing: '' }
}

/** On lines of its own, behind the comments of the line before. */
function lineFor(text: string, holder: Node, next: number, name: string, value: unknown): Placed {
  const last = holder.children?.at(-1)
  const at = endOfComments(text, next)
  const eol = /\r?\n/.exec(text)?.[0] ?? '\n'
  const unit = unitOf(text)
  const margin =
    last && isBlankTo(text, last.offset) ? marginOf(text, last.offset) : marginOf(text, holder.offset) + unit
  const lines = JSON.stringify(value, null, unit).replaceAll('\n', eol + margin)
  const closing = last || /^\s*\n/.test(text.slice(at)) ? '' : eol + marginOf(text, holder.offset)
  return { at, entry: `${eol}${margin}${name}${name && ' '}${lines}`, closing }
}

/** Whether the entries of an object or an array have lines of their own; one without entries goes by what is around it. */
function isInLines(text: string, holder: Node): boolean {
  const last = holder.children?.at(-1)
  if (last) return text.slice(holder.offset, last.offset).includes('\n')
  const inner = text.slice(holder.offset, endOf(holder))
  const around = holder.parent?.type === 'property' ? holder.parent.parent : holder.parent
  return inner.includes('\n') || (around ? isInLines(text, around) : inner === '{}')
}

/** Takes an entry out with its comma and, where nothing else stands there, its line; comments around it stay. */
export function withoutEntry(text: string, node: Node): string {
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
  const rest = spliced(text, from, to, between.trim())
  return separator === undefined ? rest : spliced(rest, separator, separator + 1, '')
}
