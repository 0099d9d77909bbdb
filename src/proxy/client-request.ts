/**
 * A request and the way to answer it, whatever version of HTTP its client speaks. What lies behind is Node's; nothing else
 * of the proxy knows it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex, Readable } from 'node:stream'
import { type Fields, pairsOf, type RequestFields, readRequestFields } from './fields.ts'
import { endAnswer } from './linger.ts'
import { type Answer, answerResponse } from './refuse.ts'

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

/** A request of HTTP/1.x, as Node's parser hands it over. */
export function http1Request(message: IncomingMessage): ClientRequest {
  return new Http1Request(message)
}

// Classes, because a getter in an object literal makes V8 keep a hidden class a literal, and with it every request and
// answer, until the next collection of the old generation.
class Http1Request implements ClientRequest {
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

/** The answer to a request of HTTP/1.x. */
export function http1Answer(response: ServerResponse): ClientAnswer {
  return new Http1Answer(response)
}

class Http1Answer implements ClientAnswer {
  readonly #response: ServerResponse
  #onReady: () => void = ignore
  #isWatched = false

  constructor(response: ServerResponse) {
    this.#response = response
    // A client that goes away in mid-answer is no error of ours; `watch` sees it by `close`.
    response.on('error', ignore)
    response.sendDate = false
  }

  get isGone(): boolean {
    return this.#response.destroyed
  }

  watch(onReady: () => void, onGone: () => void): void {
    const response = this.#response
    this.#onReady = onReady
    response.once('close', () => {
      if (!response.writableFinished) onGone()
    })
  }

  inform(status: number, fields: Fields): void {
    inform(this.#response, status, fields)
  }

  begin(status: number, reason: string, fields: Fields): void {
    this.#response.writeHead(status, reason, fields)
  }

  flush(): void {
    // Node's `flushHeaders` writes the head as UTF-8, and a field is bytes (see `textOf`).
    this.#response.write('', 'latin1')
  }

  write(chunk: Buffer): boolean {
    const isTaken = this.#response.write(chunk)
    if (!isTaken && !this.#isWatched) this.#response.on('drain', this.#onReady)
    this.#isWatched ||= !isTaken
    return isTaken
  }

  /** What has a length has no trailers here (RFC 9112 §7.1.2), so this is the end. */
  writeWhole(content: Buffer): void {
    endAnswer(this.#response, content)
  }

  end(trailers?: Fields): void {
    const response = this.#response
    if (response.writableEnded) return
    if (trailers && trailers.length > 0 && response.chunkedEncoding) response.addTrailers(pairsOf(trailers))
    endAnswer(response)
  }

  break(): void {
    if (!this.#response.writableEnded) this.#response.destroy()
  }

  refuse(answer: Answer): void {
    this.#response.sendDate = true
    answerResponse(this.#response, answer)
  }
}

const ignore = () => {}

/** RFC 9110 §15.2: HTTP/1.0 knows no interim answers. */
function inform(response: ServerResponse, status: number, fields: Fields): void {
  if (response.req.httpVersion === '1.0' || response.headersSent || response.destroyed) return
  if (status === 100) response.writeContinue()
  else response.writeInformation(status, fields)
}
