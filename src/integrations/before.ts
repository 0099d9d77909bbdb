/**
 * What an undo record keeps of a text: not the text, which may hold a person's keys, but what is lost of it when our part
 * is taken out again (a line break at the end, say) and a digest that proves the result.
 */
import { diffChars } from 'diff'
import { CordonError } from '../base/error.ts'
import type { Part } from './integration.ts'
import { digestOf, type TakeOut } from './manifest.ts'
import type { Before, Mend, Undo } from './undo-record.ts'

/**
 * How to get from `after`, which holds our part, back to `before`. Throws `file_in_the_way` for a text that we would
 * replace whole.
 */
export function rememberText(
  { path, part }: { path: string; part: Part },
  before: string | undefined,
  after: string,
  takeOut: TakeOut,
): Before {
  if (before === undefined) return { kind: 'absent' }
  if (part.kind === 'whole')
    throw new CordonError('file_in_the_way', `${path} is there, and is not as cordon wrote it; nothing was written.`, {
      hint: 'move it away, then run the command again',
    })
  const digest = digestOf(before)
  const taken = takeOut({ path, part, before: { kind: 'rest', digest, mends: [] } }, after, () => {})
  return taken.result === 'text'
    ? { kind: 'rest', digest, mends: mendsBetween(taken.text, before) }
    : { kind: 'text', text: before }
}

/** The text that was there before the first set-up, from the text as we wrote it; undefined where there was no file. */
export function originalOf(file: Undo, written: string, takeOut: TakeOut): string | undefined {
  const { before } = file
  switch (before.kind) {
    case 'absent':
      return undefined
    case 'text':
      return before.text
    case 'rest': {
      const taken = takeOut(file, written, () => {})
      const rest = taken.result === 'text' ? taken.text : written
      const mended = withMends(rest, before.mends)
      return digestOf(mended) === before.digest ? mended : rest
    }
  }
}

/** Whether a text is what the record remembers. */
export function isOriginal(text: string, before: Before): boolean {
  switch (before.kind) {
    case 'absent':
      return false
    case 'text':
      return text === before.text
    case 'rest':
      return digestOf(text) === before.digest
  }
}

/** Letter by letter, so that no word comes along that both texts have. What differs is white space nearly always, and of that a walk tells. */
function mendsBetween(from: string, to: string): Mend[] {
  const mends: Mend[] = []
  let [at, there] = [0, 0]
  while (at < from.length || there < to.length) {
    if (from[at] === to[there]) [at, there] = [at + 1, there + 1]
    else if (isBlank(from[at])) mends.push({ at: at++, drop: 1, put: '' })
    else if (isBlank(to[there])) mends.push({ at, drop: 0, put: to[there++] ?? '' })
    else return [...mends, ...otherMends(from.slice(at), to.slice(there), at)]
  }
  return mends
}

const isBlank = (letter: string | undefined) => letter !== undefined && /\s/.test(letter)

function otherMends(from: string, to: string, offset: number): Mend[] {
  const mends: Mend[] = []
  let at = offset
  for (const { added, removed, value } of diffChars(from, to)) {
    if (added) mends.push({ at, drop: 0, put: value })
    else {
      if (removed) mends.push({ at, drop: value.length, put: '' })
      at += value.length
    }
  }
  return mends
}

function withMends(text: string, mends: readonly Mend[]): string {
  // From the end, so that the offsets before it stay true.
  return mends.toReversed().reduce((rest, { at, drop, put }) => rest.slice(0, at) + put + rest.slice(at + drop), text)
}
