/**
 * The head of a request as an origin of HTTP/2 reads it, from the fields that HTTP/1.1 would be sent.
 */
import { createHash } from 'node:crypto'
import { sensitiveHeaders } from 'node:http2'
import type { Sending } from './door.ts'
import type { Fields } from './fields.ts'

/** RFC 9113 §8.3.1. That trailers are welcome is said of this connection, whatever the client said of its own. */
export function headOf({ method, path, headers }: Sending): string[] {
  return head([':method', String(method), ':scheme', 'https', ':path', path], headers, ['te', 'trailers'])
}

/** RFC 8441 §5. */
export function extendedConnect({ path, headers }: Sending): string[] {
  return head([':method', 'CONNECT', ':protocol', 'websocket', ':scheme', 'https', ':path', path], headers, [])
}

function head(pseudo: string[], headers: Sending['headers'], more: string[]): string[] {
  const fields = Array.isArray(headers) ? headers : []
  const raw = [...pseudo, ':authority', valueOf(headers, 'host')]
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = (fields[i] ?? '').toLowerCase()
    if (name !== 'host' && name !== 'sec-websocket-key') raw.push(name, fields[i + 1] ?? '')
  }
  raw.push(...more)
  // The credential is the last of the fields (see `inject.ts`): RFC 7541 §7.1.3 has it stay out of the table that later
  // requests are compressed with, which are other clients' too.
  return Object.assign(raw, { [sensitiveHeaders]: [(fields.at(-2) ?? '').toLowerCase()] })
}

/** Fields without the pseudo-fields before them. */
export const regular = (raw: string[]) => raw.filter((_, i) => !raw[i - (i % 2)]?.startsWith(':'))

/** The value of the first field of a lower-case name, or nothing. */
export function valueOf(headers: Sending['headers'], name: string): string {
  const fields: Fields = Array.isArray(headers) ? headers : []
  const at = fields.findIndex((field, i) => i % 2 === 0 && field.toLowerCase() === name)
  return at < 0 ? '' : (fields[at + 1] ?? '')
}

/** RFC 6455 §4.2.2: what an origin shows to say that it has read the key and speaks WebSocket. */
export function acceptFor(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
}
