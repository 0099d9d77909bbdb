import { CordonError } from '../base/error.ts'
import type { Secret } from '../secrets/secret.ts'

/** What stands in an undo record and in a diff where a real key stood. */
const mark = '<the key that is now in the secret store>'

/** The text of a login file with the mark in place of its key. Throws `login_unreadable` where the key is written with escapes. */
export function withoutKey(text: string, key: Secret, path: string): string {
  const marked = text.replaceAll(key.reveal(), mark)
  if (marked !== text && !text.includes(mark)) return marked
  throw new CordonError('login_unreadable', `${path} writes its key in a way that could not be put back.`, {
    hint: 'run `codex login --with-api-key`, then run the command again',
  })
}

/** The counterpart: the text with the key in place of the mark. */
export function withKey(text: string, key: Secret): string {
  return text.replaceAll(mark, () => key.reveal())
}

export const hasMark = (text: string): boolean => text.includes(mark)
