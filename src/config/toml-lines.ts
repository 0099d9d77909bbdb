/**
 * Lines of a text by offset. Whatever is put in can be taken out again to the byte: a text without a final newline stays
 * without one, and new lines end as most of the old ones do.
 */

/** Where the line of an offset begins. */
export function startOfLine(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1
}

/** Where the line after an offset begins, or the end of the text. */
export function endOfLine(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset)
  return newline === -1 ? text.length : newline + 1
}

/** Where the comment lines directly above the line of an offset begin, or that line itself. */
export function startOfBlock(text: string, offset: number): number {
  let start = startOfLine(text, offset)
  while (start > 0) {
    const above = startOfLine(text, start - 1)
    if (!text.slice(above, start).trimStart().startsWith('#')) break
    start = above
  }
  return start
}

/** True when the line that begins at an offset has nothing but white space, and a line end. */
export function isBlankLine(text: string, offset: number): boolean {
  return /^[ \t]*\r?\n/.test(text.slice(offset, endOfLine(text, offset)))
}

/** Puts whole lines before the line that begins at an offset, or at the end of the text. */
export function insertLines(text: string, offset: number, lines: readonly string[]): string {
  const newline = newlineOf(text)
  const isOpenEnd = offset === text.length && text !== '' && !text.endsWith('\n')
  if (isOpenEnd) return text + lines.map((line) => newline + line).join('')
  return text.slice(0, offset) + lines.map((line) => line + newline).join('') + text.slice(offset)
}

/** Takes the lines between two beginnings of lines away. */
export function removeLines(text: string, from: number, to: number): string {
  const isOpenEnd = to === text.length && !text.endsWith('\n')
  const head = text.slice(0, from)
  return (isOpenEnd ? head.replace(/\r?\n$/, '') : head) + text.slice(to)
}

/** Takes a block of lines away, and the blank line that set it apart. */
export function removeBlock(text: string, from: number, to: number): string {
  const start = startOfLine(text, from)
  const end = endOfLine(text, to)
  if (start === 0) return removeLines(text, 0, isBlankLine(text, end) ? endOfLine(text, end) : end)
  const above = startOfLine(text, start - 1)
  return removeLines(text, isBlankLine(text, above) ? above : start, end)
}

function newlineOf(text: string): string {
  const all = text.split('\n').length - 1
  const crlf = text.split('\r\n').length - 1
  return crlf > all / 2 ? '\r\n' : '\n'
}
