/** Places in a text of JSON: where an entry ends with its comments, and how a person indents. */
import { createScanner, type Node, type SyntaxKind } from 'jsonc-parser'

export const endOf = ({ offset, length }: Pick<Node, 'offset' | 'length'>): number => offset + length

/** The offset of the comma that follows, perhaps behind comments. */
export function commaBehind(text: string, node: Node): number | undefined {
  const scanner = createScanner(text, true)
  scanner.setPosition(endOf(node))
  return scanner.scan() === commaToken ? scanner.getTokenOffset() : undefined
}

/** Where the last of the comments ends that follow on the same line, or the offset itself. */
export function endOfComments(text: string, offset: number): number {
  const scanner = createScanner(text, false)
  scanner.setPosition(offset)
  let end = offset
  for (let token = scanner.scan(); token === blanks || comments.includes(token); token = scanner.scan())
    if (token !== blanks) end = scanner.getTokenOffset() + scanner.getTokenLength()
  return end
}

// The scanner's kinds of tokens are a const enum, which a compiler that looks at one file alone cannot read.
const commaToken: SyntaxKind = 5
const comments: readonly SyntaxKind[] = [12, 13]
const blanks: SyntaxKind = 15

/** Whether nothing but white space stands before the offset on its line. */
export const isBlankTo = (text: string, offset: number): boolean => /\n[ \t]*$/.test(text.slice(0, offset))

/** The white space that the line of an offset begins with. */
export const marginOf = (text: string, offset: number): string =>
  /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', offset - 1) + 1))?.[0] ?? ''

/** How the person indents by one step. */
export const unitOf = (text: string): string => /^([ \t]+)\S/m.exec(text)?.[1] ?? '  '

/** The text with another in the place of what stands between two offsets. */
export const spliced = (text: string, from: number, to: number, put: string): string =>
  text.slice(0, from) + put + text.slice(to)
