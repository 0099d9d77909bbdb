/** A word of the command line as it may be said again: one that looks like a key, put in the wrong place, is not. */
export function shownWord(text: string): string {
  return text.replace(/(?=[\w+=-]*\d)(?=[\w+=-]*[a-z])[\w+=-]{20,}/gi, '********')
}
