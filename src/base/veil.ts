/** What is never said again: a word that looks like a key, put in the wrong place. */

/** Twenty and more characters without a break, letters and digits among them: keys and tokens look like this, names do not. */
export const likeAKey = /(?=[\w+=-]*\d)(?=[\w+=-]*[a-z])[\w+=-]{20,}/gi

/** What stands in its place. */
export const veil = '********'

/** A text as it may be said again. */
export function veiled(text: string): string {
  return text.replace(likeAKey, veil)
}
