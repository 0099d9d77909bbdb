/**
 * Where a request ends must be beyond doubt (RFC 9112 §6, §11.2). Node's parser refuses most of what could be read in two
 * ways; the rest is refused here, before anything of it reaches an origin.
 */
import type { Duplex } from 'node:stream'
import { CordonError } from '../base/error.ts'
import type { ClientRequest } from './client-request.ts'

/** Connections that carried a malformed request. What follows one may be part of it, so it is no request. */
const spoilt = new WeakSet<Duplex>()

/** What `read` makes of a well-formed request. Once that has failed, it fails for the rest of the connection. Throws `request_malformed`. */
export function readWellFormed<T>(request: ClientRequest, read: () => T): T {
  if (spoilt.has(request.connection)) throw malformed('A request before this one was malformed.')
  try {
    refuseDoubtful(request)
    return read()
  } catch (refusal) {
    spoilt.add(request.connection)
    throw refusal
  }
}

/** True where the answer to a malformed request must be the connection's last. */
export const isSpoilt = (connection: Duplex) => spoilt.has(connection)

function refuseDoubtful({ version, scheme, fields: { codings, lengths } }: ClientRequest): void {
  // A stream ends where its frames say (RFC 9113 §8.1), and its parser has refused what would say otherwise.
  if (version === '2') return refuseScheme(scheme)
  if (version !== '1.1' && version !== '1.0') throw malformed(`HTTP/${version} is not spoken here (RFC 9112 §2.3).`)
  if (codings.length > 0 && (lengths.length > 0 || version === '1.0'))
    throw malformed('Transfer-Encoding has no place beside Content-Length or in HTTP/1.0 (RFC 9112 §6.1).')
  if (codings.length > 0 && (codings.length > 1 || codings[0]?.toLowerCase() !== 'chunked'))
    throw malformed('The only Transfer-Encoding taken is "chunked" (RFC 9112 §6.1).')
  if (lengths.length > 0 && (lengths.length > 1 || !Number.isSafeInteger(Number(lengths[0]))))
    throw malformed('Content-Length must be one number (RFC 9112 §6.3).')
}

/** RFC 9113 §8.3.1: what came through TLS for this authority is https and nothing else. */
function refuseScheme(scheme: string | undefined): void {
  if (scheme !== 'https') throw malformed('The :scheme inside a tunnel must be https (RFC 9113 §8.3.1).')
}

/** A CONNECT and a WebSocket handshake have no content: bytes after them belong to what comes next. Throws `request_malformed`. */
export function refuseContent({ fields: { codings, lengths }, method }: ClientRequest): void {
  if (codings.length > 0 || Number(lengths[0] ?? 0) !== 0)
    throw malformed(`A ${method === 'CONNECT' ? 'CONNECT' : 'WebSocket handshake'} has no content (RFC 9110 §9.3.6).`)
}

function malformed(sentence: string): CordonError {
  return new CordonError('request_malformed', sentence)
}
