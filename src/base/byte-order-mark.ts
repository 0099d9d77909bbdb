/** Makes an edit to what follows a byte order mark, which is a character to one of the parsers and nothing to the other. */
export function besideMark(text: string, edit: (plain: string) => string): string {
  return text.startsWith('\uFEFF') ? `\uFEFF${edit(text.slice(1))}` : edit(text)
}

/** The text behind a byte order mark. */
export const withoutMark = (text: string): string => (text.startsWith('\uFEFF') ? text.slice(1) : text)
