/**
 * A request and the way to answer it, whatever version of HTTP its client speaks. What lies behind is Node's; nothing else
 * of the proxy knows it.
 */
import type { Duplex, Readable } from 'node:stream'
import type { Fields, RequestFields } from './fields.ts'

/** A request as its client sent it. */
export interface ClientRequest {
  /** `1.0`, `1.1` or `2`; a client may name another, which is refused. */
  readonly version: string
  readonly method: string
  /** As it was written (RFC 9112 §3.2), or `:path` (RFC 9113 §8.3.1). */
  readonly requestTarget: string
  readonly fields: RequestFields
  /** `:scheme` (RFC 9113 §8.3.1), which HTTP/1.x knows only in absolute-form. */
  readonly scheme?: string | undefined
  /** What HTTP/1.1 could not carry to the origin as it is meant. */
  readonly needsHttp2: boolean
  /** What it came on; requests on one connection share its fate. */
  readonly connection: Duplex
  /** True where all of the content may be here a turn of the event loop after its head, and is not yet. */
  readonly isArriving: boolean
  /** What is to be sent on: nothing, all of it when it is here already, or what is still coming. */
  content(): null | Buffer | Readable
  /** The trailer fields that came after the content (RFC 9110 §6.5); complete once the content is over. */
  trailers?(): Fields
}

/** The way back to a client. */
export interface ClientAnswer {
  /** True once the client has gone: nothing that is written arrives. */
  readonly isGone: boolean
  /** Tells when the client can take more after a `write` that answered false, and when it has gone before the end. */
  watch(onReady: () => void, onGone: () => void): void
  /** An interim answer, 100 to 199 but 101 (RFC 9110 §15.2); the final one is still to come. */
  inform(status: number, fields: Fields): void
  begin(status: number, reason: string, fields: Fields): void
  /** Sends the head now, although no content is there yet. */
  flush(): void
  /** False: no more until the client is ready. */
  write(chunk: Buffer): boolean
  /** All the content that was announced, in one piece. `end` follows, with nothing but trailer fields left to say. */
  writeWhole(content: Buffer): void
  /** Trailer fields go where the client's version and the answer's framing can carry them, else they end here (RFC 9110 §6.5.1). */
  end(trailers?: Fields): void
  /** Ends the answer so that it does not look whole. */
  break(): void
  /** An answer of cordon's own; one that has begun already is broken instead. */
  refuse(answer: Answer): void
}

/** An answer of cordon's own. */
export interface Answer {
  status: number
  fields: string[]
  content: string
}
