import type { IncomingMessage } from 'node:http'
import type { Duplex, Readable } from 'node:stream'
import type { ClientRequest } from './client-request.ts'
import { type Fields, type RequestFields, readRequestFields } from './fields.ts'

// A class, because a getter in an object literal makes V8 keep a hidden class a literal, and with it every request until the
// next collection of the old generation.
/** A request of HTTP/1.x, as Node's parser hands it over. */
export class Http1Request implements ClientRequest {
  readonly version: string
  readonly method: string
  readonly requestTarget: string
  readonly fields: RequestFields
  readonly needsHttp2 = false
  readonly connection: Duplex
  readonly #message: IncomingMessage

  constructor(message: IncomingMessage) {
    this.version = message.httpVersion
    this.method = message.method ?? ''
    this.requestTarget = message.url ?? ''
    this.fields = readRequestFields(message.rawHeaders)
    this.connection = message.socket
    this.#message = message
  }

  /** Node's parser tells of a head before it reads on, even where the content lies behind it in the same packet. */
  get isArriving(): boolean {
    const { codings, lengths } = this.fields
    if (codings.length > 0 || lengths.length === 0 || this.#message.complete) return false
    return Number(lengths[0]) <= smallContent
  }

  content(): null | Buffer | Readable {
    return contentOf(this.#message, this.fields)
  }

  trailers(): Fields {
    return this.#message.rawTrailers
  }
}

/** Bytes. A larger content is streamed. */
const smallContent = 65_536

/**
 * RFC 9112 §6.3: a request has content when it says how long that is, or that it is chunked. A small one mostly arrived
 * with its head, and is then sent on in one piece: a stream would cost more than all the rest.
 */
function contentOf(message: IncomingMessage, { codings, lengths }: RequestFields): null | Buffer | Readable {
  const length = Number(lengths[0] ?? 0)
  if (codings.length === 0 && length === 0) return null
  if (codings.length > 0 || !message.complete || message.readableLength !== length) return message
  // Without its argument `read` may give the first piece alone.
  return message.read(length) as Buffer
}
