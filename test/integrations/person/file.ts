/**
 * What a person has in a file, and what the person does to it later, made by chance. Values and comments are marked
 * (`v7`, `c7`), so that one edit means the same in the text as it was and in the text with our lines in it.
 */
import fc from 'fast-check'

/** A later edit of a person; a text without the place that it is about stays as it is. */
export interface Edit {
  /** For the words of a failure. */
  name: string
  apply(text: string): string
}

/** The file and the edits that may come later. */
export interface PersonsFile {
  text: string
  edits: Edit[]
}

/** As a counterexample tells it. */
export const persons = (text: string, edits: Edit[]): PersonsFile =>
  Object.assign({ text, edits }, { [fc.toStringMethod]: () => JSON.stringify(text) })

/** How the person's editor ends lines and files. */
interface Manner {
  eol: '\n' | '\r\n'
  hasFinalNewline: boolean
  hasMark: boolean
}

/** Any editor. */
export const manner: fc.Arbitrary<Manner> = fc.record({
  eol: fc.constantFrom('\n', '\n', '\r\n'),
  hasFinalNewline: fc.boolean(),
  hasMark: fc.boolean(),
})

/** A drawing as that editor saves it. */
export const inManner = (text: string, { eol, hasFinalNewline, hasMark }: Manner): string =>
  (hasMark ? '\uFEFF' : '') + (hasFinalNewline ? text : text.replace(/\n+$/, '')).replaceAll('\n', eol)

/** Marks each `v#`, `c#` and `k#` of a drawing with a number of its own. */
export function marked(text: string): string {
  let count = 0
  return text.replace(/\b([vckK])#/g, (_, letter: string) => `${letter}${count++}`)
}
