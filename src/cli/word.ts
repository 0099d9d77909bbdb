/** A word of the command line as it may be said again. */
export { veiled as shownWord } from '../base/veil.ts'

/** `a`, `a and b`, `a, b and c`. */
export const andList = (words: readonly string[]) => listed(words, 'and')

/** `a`, `a or b`, `a, b or c`. */
export const orList = (words: readonly string[]) => listed(words, 'or')

function listed(words: readonly string[], last: string): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}

/** `1 stream`, `2 streams`. */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}
