import { CordonError } from '../base/error.ts'
import { Secret } from './secret.ts'

/** A value fit to be sent, and one sentence when it is not quite what was handed in. */
export interface Accepted {
  secret: Secret
  notice?: string
}

const longestValue = 64 * 1024

/**
 * What can stand in a field value (RFC 9110 §5.5), which is where every secret ends up: visible ASCII, with spaces and
 * tabs inside. One final line break is dropped, because `echo` and editors put it there. `name` is how sentences call the
 * value. Throws `secret_unfit`, whose sentence says what is wrong and nothing of the value.
 */
export function acceptValue(raw: string, name = 'The secret'): Accepted {
  const value = raw.replace(/\r?\n$/, '')
  const fault = faultOf(value)
  if (fault) throw new CordonError('secret_unfit', `${name} ${fault}.`)
  if (value === raw) return { secret: new Secret(value) }
  return { secret: new Secret(value), notice: `${name} ended with a line break, which was dropped.` }
}

function faultOf(value: string): string | undefined {
  if (value === '') return 'is empty'
  if (value.length > longestValue) return 'is longer than 64 KiB'
  if (plain.test(value)) return undefined
  if (/[\r\n]/.test(value)) return 'has a line break in it'
  if (value.includes('\0')) return 'has a NUL byte in it'
  if (/[^\t\x20-\x7e\x80-\u{10ffff}]/u.test(value)) return 'has a control character in it'
  if (/[^\t\x20-\x7e]/.test(value)) return 'has a character in it that is not ASCII, and a request can only carry ASCII'
  return 'begins or ends with white space, which a request cannot carry'
}

// The whole of RFC 9110's field-content but obs-text: begins and ends visible, holds SP and HTAB between.
const plain = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/
