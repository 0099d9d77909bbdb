/**
 * A fault of `cordon.toml` as a person reads it, in the manner of Rust's and Elm's compilers: the line, the text under it
 * and the word that was meant. A line may hold a credential that a person wrote into the wrong place, so whatever stands
 * at a key that cordon does not know, or looks like a credential, is veiled.
 */
import { relative, resolve } from 'node:path'
import { CordonError } from '../base/error.ts'
import { likeAKey, veil, veiled } from '../base/veil.ts'

/** A part of a text, by offsets; `to` is the first offset behind it. */
export interface Span {
  from: number
  to: number
}

export type FaultCode = 'syntax_faulty' | 'unknown_key' | 'missing_key' | 'faulty_value'

/** What is needed to tell a fault; `hidden` are the parts of the text that nobody may see. */
export interface FaultFacts {
  code: FaultCode
  path: string
  text: string
  span: Span
  sentence: string
  meant: string | undefined
  hidden: readonly Span[]
}

/** One fault. `message` is the whole drawing; line and column count from 1, and the column is that of the excerpt. */
export class ConfigFault extends CordonError {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly length: number
  readonly excerpt: string
  readonly meant: string | undefined
  readonly sentence: string

  constructor({ code, path, text, span, sentence, meant, hidden }: FaultFacts) {
    const line = text.slice(0, span.from).split('\n').length
    const { excerpt, column, length } = excerptOf(text, span, hidden)
    const told = veiled(sentence)
    super(code, drawing(`${shownPath(path)}:${line}: ${told}`, line, excerpt, column, length, meant))
    this.file = resolve(path)
    this.line = line
    this.column = column
    this.length = length
    this.excerpt = excerpt
    this.meant = meant
    this.sentence = told
  }

  toJSON(): object {
    const { code, file, line, column, length, excerpt, sentence, meant } = this
    return { code, file, line, column, length, excerpt, sentence, meant }
  }
}

/** A path as a person would type it from here. */
export function shownPath(path: string): string {
  const short = relative(process.cwd(), resolve(path))
  return short.startsWith('..') ? resolve(path) : short
}

function drawing(head: string, line: number, excerpt: string, column: number, length: number, meant?: string): string {
  const gutter = `    ${line} | `
  const mark = `${' '.repeat(gutter.length + column - 1)}${'^'.repeat(length)}`
  return [head, gutter + excerpt, mark, ...(meant === undefined ? [] : [`    did you mean ${meant}?`])].join('\n')
}

/** The line of a span with everything hidden veiled, and where the span is in it. */
function excerptOf(
  text: string,
  span: Span,
  hidden: readonly Span[],
): { excerpt: string; column: number; length: number } {
  const start = text.lastIndexOf('\n', span.from - 1) + 1
  const line = text.slice(start).split(/\r?\n/, 1)[0] ?? ''
  const mark = within(span, start, line.length)
  const looks = [...line.matchAll(likeAKey)].map(({ index, 0: { length } }) => ({ from: index, to: index + length }))
  const known = hidden.map((one) => within(one, start, line.length)).filter(({ from, to }) => from < to)
  const veils = merged([...known, ...looks])
  const shownAt = (offset: number) => veils.reduce((at, one) => at + shift(one, offset), offset)
  const shown = veils.reduceRight((rest, { from, to }) => rest.slice(0, from) + veil + rest.slice(to), line)
  // A terminal acts on control characters, and a faulty file may hold any.
  const excerpt = shown.replace(/[\x00-\x1f\x7f-\x9f]/g, ' ')
  const column = shownAt(mark.from) + 1
  return { excerpt, column, length: Math.max(1, shownAt(mark.to) + 1 - column) }
}

function within({ from, to }: Span, start: number, length: number): Span {
  const inLine = (offset: number) => Math.min(Math.max(offset - start, 0), length)
  return { from: inLine(from), to: inLine(to) }
}

/** How far a veil moves what stands at an offset; whatever was inside it now stands at its beginning. */
function shift({ from, to }: Span, offset: number): number {
  if (offset <= from) return 0
  return offset >= to ? veil.length - (to - from) : from - offset
}

function merged(spans: readonly Span[]): Span[] {
  const apart: Span[] = []
  for (const span of [...spans].sort((one, other) => one.from - other.from)) {
    const last = apart.at(-1)
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to)
    else apart.push({ ...span })
  }
  return apart
}
