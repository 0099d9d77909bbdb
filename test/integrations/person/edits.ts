/** Edits that a person may make later, in a text of any form. */
import type { Edit } from './file.ts'

/** A text of one line has no line end to go by. */
export const eolOf = (text: string) => /\r?\n/.exec(text)?.[0] ?? '\n'

/** The place itself is the text to look for, where it first stands. */
export const replacing = (name: string, place: string, by: string): Edit => ({
  name,
  apply: (text) => text.replace(place, () => by),
})

/** Each value, changed. */
export const editsOfValues = (text: string): Edit[] =>
  (text.match(/\bv\d+\b/g) ?? []).map((value) => ({
    name: `${value} is another`,
    apply: (now) => now.replace(new RegExp(`\\b${value}\\b`), `other-${value}`),
  }))

/** About whole lines that begin with a key or a comment of the person. */
export function editsOfLines(text: string, assignment: (n: number) => string): Edit[] {
  const eol = eolOf(text)
  const starts = text.match(/^(k\d+|# c\d+)\b/gm) ?? []
  return starts.flatMap((start, index): Edit[] => {
    const line = new RegExp(`^(${start}\\b.*)`, 'm')
    return [
      { name: `a comment above ${start}`, apply: (now) => now.replace(line, `# new ${index}${eol}$1`) },
      { name: `a line above ${start}`, apply: (now) => now.replace(line, `${assignment(index)}${eol}$1`) },
    ]
  })
}

/** New lines above and below all others. */
export function editsOfEnds(text: string, last: (n: number) => string = (n) => `# new end ${n}`): Edit[] {
  const eol = eolOf(text)
  return [1, 2].flatMap((n): Edit[] => [
    { name: `line ${n} at the top`, apply: (now) => now.replace(/^(\uFEFF?)/, `$1# new top ${n}${eol}`) },
    {
      name: `line ${n} at the end`,
      apply: (now) => `${now}${/(^\uFEFF?|\n)$/.test(now) ? '' : eol}${last(n).replaceAll('\n', eol)}${eol}`,
    },
  ])
}
