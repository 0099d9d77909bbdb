/** What an origin's response says, in the bytes it was said in. */
import { STATUS_CODES } from 'node:http'
import type { Dispatcher } from 'undici'
import { CordonError } from '../base/error.ts'
import type { Fields } from './fields.ts'

/** RFC 9112 §4: a reason phrase means nothing, so one that was not ASCII (undici has read it as UTF-8) is not worth the answer. */
export function reasonOf(status: number, phrase = ''): string {
  return /^[\t\x20-\x7e]*$/.test(phrase) ? phrase : (STATUS_CODES[status] ?? '')
}

/** undici hands raw fields over as buffers; a field value is bytes, and Latin-1 keeps every one of them (RFC 9110 §5.5). */
export function textOf(raw: Dispatcher.DispatchController['rawHeaders' | 'rawTrailers']): Fields {
  return Array.isArray(raw) ? raw.map((part) => (typeof part === 'string' ? part : part.toString('latin1'))) : []
}

/** Why an origin's request is taken back; nobody is there any more to read it but the log. */
export function clientLeft(): CordonError {
  return new CordonError('client_left', 'The client left before its answer was over.')
}
