/**
 * The assignments of a dotenv text, and other values put into them, with every other byte as it was. Shells, dotenv,
 * dotenvy, python-dotenv and Docker each read such a file by rules of their own: a value is literal here where all of them
 * agree on it, which a key is when it is written as one word, or in quotes without an escape, a `$` and a line break.
 */

export interface Assignment {
  name: string
  /** That of the name, from 1. */
  line: number
  value: Literal | { kind: 'computed' } | { kind: 'open'; quote: string }
}

/** A value as it stands in the text, its quotes apart. */
export interface Literal {
  kind: 'literal'
  text: string
  quote: Quote
  /** The offset of the text; its first letter, where there is one. */
  from: number
}

export type Quote = '' | "'" | '"'

const head = /[ \t]*(?:export[ \t]+)?([^\s#=][^=\r\n]*?)[ \t]*=[ \t]*/y

/** Every assignment of the text, in its order; what is none, such as a comment, is passed over. */
export function assignmentsOf(text: string): Assignment[] {
  const found: Assignment[] = []
  let line = 1
  // A byte order mark is no part of the first name.
  for (let at = text.startsWith('\uFEFF') ? 1 : 0; at < text.length; ) {
    head.lastIndex = at
    const name = head.exec(text)?.[1]
    const value = name === undefined ? { to: at, open: '' } : endOfValue(text, head.lastIndex)
    if (name !== undefined) found.push({ name, line, value: valueIn(text, head.lastIndex, value) })
    const next = nextLine(text, value.to)
    line += text.slice(at, next).split('\n').length - 1
    at = next
  }
  return found
}

function nextLine(text: string, from: number): number {
  const newline = text.indexOf('\n', from)
  return newline === -1 ? text.length : newline + 1
}

/** A value may span lines while its quote is open, so a quote that never closes takes everything below it along. */
function endOfValue(text: string, from: number): { to: number; open: string } {
  let quote = ''
  for (let at = from; at < text.length; at++) {
    const character = text[at] ?? ''
    if (character === '\n' && quote === '') return { to: at, open: '' }
    if (character === '\\' && quote !== "'" && text[at + 1] !== '\n') at++
    else if (quote !== '') quote = character === quote ? '' : quote
    else if (character === '"' || character === "'") quote = character
    else if (character === '#' && /\s/.test(text[at - 1] ?? '')) return { to: at, open: '' }
  }
  return { to: text.length, open: quote }
}

const literals: readonly [Quote, RegExp][] = [
  ["'", /^'([^'\\\r\n]*)'$/],
  ['"', /^"([^"\\$`\r\n]*)"$/],
  ['', /^([^\s'"\\$`#]*)$/],
]

function valueIn(text: string, from: number, { to, open }: { to: number; open: string }): Assignment['value'] {
  if (open !== '') return { kind: 'open', quote: open }
  const written = text.slice(from, to).trimEnd()
  for (const [quote, pattern] of literals) {
    const inner = pattern.exec(written)?.[1]
    if (inner !== undefined) return { kind: 'literal', text: inner, quote, from: from + quote.length }
  }
  return { kind: 'computed' }
}

/** Whether a value reads back as it is from between such quotes. */
export function fitsBetween(quote: Quote, value: string): boolean {
  return literals.some(([one, pattern]) => one === quote && pattern.test(quote + value + quote))
}

/** The text with other values in the place of some. Each must fit between the quotes that are there. */
export function withValues(text: string, changes: readonly { old: Literal; value: string }[]): string {
  return changes
    .toSorted((one, other) => other.old.from - one.old.from)
    .reduce((rest, { old, value }) => rest.slice(0, old.from) + value + rest.slice(old.from + old.text.length), text)
}
