/**
 * gRPC's own form of an error (gRPC over HTTP/2, "Responses"): a client of gRPC reads no content, only `grpc-status` and
 * `grpc-message`, and shows nothing of an answer that is not 200.
 */
import type { Fields } from './fields.ts'

/** Of the status codes of gRPC those that cordon says, by the status of HTTP that says the same. */
const codes: Record<number, number> = {
  401: 16,
  403: 7,
  404: 12,
  405: 12,
  407: 16,
  426: 12,
  429: 14,
  431: 8,
  499: 1,
  502: 14,
  503: 14,
  504: 14,
}

/** No repetition mends what is 400 here, and FAILED_PRECONDITION says just that. */
const failedPrecondition = 9

/** `code` is a `CordonError`'s. A wrong token is 400 for the sake of agents (see `refuse.ts`); gRPC has a word for it. */
export function grpcCodeOf(code: string, status: number): number {
  return codes[code === 'token_unknown' ? 401 : status] ?? failedPrecondition
}

/** The content type of a request of gRPC, without its parameters; gRPC for web pages is one too. Undefined for any other request. */
export function grpcTypeOf(fields: Fields): string | undefined {
  const at = fields.findIndex((name, i) => i % 2 === 0 && /^content-type$/i.test(name))
  return at < 0 ? undefined : /^application\/grpc[\w+.-]*/i.exec(fields[at + 1] ?? '')?.[0]
}

/** The fields of an error that is over with its head. The message is percent-encoded UTF-8: all but visible ASCII, and `%` itself. */
export function grpcError(type: string, code: number, message: string): Fields {
  const encoded = message.replace(/[^\x20-\x24\x26-\x7e]+/gu, encodeURIComponent)
  return ['content-type', type, 'grpc-status', String(code), 'grpc-message', encoded, 'content-length', '0']
}
