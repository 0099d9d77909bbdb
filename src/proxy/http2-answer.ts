import {
  constants,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
  type ServerStreamResponseOptions,
} from 'node:http2'
import type { Answer, ClientAnswer } from './client-request.ts'
import type { Fields } from './fields.ts'

/**
 * The answer on a stream of HTTP/2 (RFC 9113 §8.1). Its head waits for what comes next: an answer that is over at once is
 * one HEADERS frame that ends the stream, which gRPC tells from one with content.
 */
export class StreamAnswer implements ClientAnswer {
  readonly #stream: ServerHttp2Stream
  #head: { status: number; fields: Fields } | undefined
  #trailers: Fields = []
  #isOver = false

  constructor(stream: ServerHttp2Stream) {
    this.#stream = stream
    stream.on('error', () => {})
    stream.once('wantTrailers', () => {
      stream.sendTrailers(namedBy(this.#trailers))
      this.#letGo()
    })
  }

  get isGone(): boolean {
    return this.#stream.closed || this.#stream.destroyed
  }

  watch(onReady: () => void, onGone: () => void): void {
    const gone = () => {
      if (this.#isOver) return
      this.#isOver = true
      onGone()
    }
    this.#stream.on('drain', onReady)
    this.#stream.once('aborted', gone)
    // The answer to HEAD is ended by Node before it begins, and what is ended is never aborted.
    this.#stream.once('close', gone)
  }

  inform(status: number, fields: Fields): void {
    if (this.isGone || this.#head || this.#stream.headersSent) return
    this.#stream.additionalHeaders({ ':status': status, ...namedBy(fields) })
  }

  begin(status: number, _reason: string, fields: Fields): void {
    this.#head = { status, fields }
  }

  flush(): void {
    if (!this.isGone) this.#sendHead(false)
  }

  write(chunk: Buffer): boolean {
    if (this.isGone) return true
    this.#sendHead(false)
    if (this.isGone) return true
    // Node has ended what can have no content: the answer to HEAD, 204, 304.
    return this.#stream.writableEnded || this.#stream.write(chunk)
  }

  writeWhole(content: Buffer): void {
    this.write(content)
  }

  end(trailers: Fields = []): void {
    this.#isOver = true
    if (this.isGone) return
    this.#trailers = trailers
    const isHeadOnly = !this.#stream.headersSent && trailers.length === 0
    this.#sendHead(isHeadOnly)
    if (this.isGone) return
    this.#stream.end(() => {
      if (isHeadOnly) this.#letGo()
    })
  }

  /** RFC 9113 §8.1.1: an answer that breaks off is a stream error. */
  break(): void {
    this.#isOver = true
    breakOff(this.#stream)
  }

  refuse({ status, fields, content }: Answer): void {
    if (this.isGone) return
    if (this.#head || this.#stream.headersSent) return this.break()
    this.begin(status, '', fields)
    if (content !== '') this.write(Buffer.from(content))
    this.end()
  }

  /** RFC 8441 §5: the stream is a WebSocket's from here on, and ends as that does. */
  accept(fields: Fields): void {
    this.#isOver = true
    this.#stream.respond([':status', '200', ...fields], dateless)
  }

  #sendHead(isWhole: boolean): void {
    const head = this.#head
    if (!head || this.#stream.headersSent) return
    const raw = [':status', String(head.status), ...head.fields]
    // Node ends a stream before it resets it, and an answer that breaks off would look whole; what waits for trailers it
    // does not end.
    const options = { ...dateless, endStream: isWhole, waitForTrailers: !isWhole }
    try {
      this.#stream.respond(raw, options)
    } catch {
      // HTTP/1.1 has status codes that Node does not let into HTTP/2: 600 and more (RFC 9110 §15).
      breakOff(this.#stream)
    }
  }

  /** RFC 9113 §8.1: a client that is still sending after its answer was whole is told to stop, without error. */
  #letGo(): void {
    // Node writes the last frame in the next turn, and a reset would overtake it.
    setImmediate(() => {
      const { closed, destroyed, state } = this.#stream
      if (!closed && !destroyed && state.remoteClose === 0) this.#stream.close(constants.NGHTTP2_NO_ERROR)
    })
  }
}

/** An origin that sent no Date has none (@types/node does not know the option). */
const dateless: ServerStreamResponseOptions & { sendDate: boolean } = { sendDate: false }

/** Resets a stream, so that what was sent on it is no whole message. */
export function breakOff(stream: ServerHttp2Stream, code = constants.NGHTTP2_INTERNAL_ERROR): void {
  if (!stream.closed && !stream.destroyed) stream.close(code)
}

/** Fields as Node takes trailers and interim answers: the values of one name together. */
export function namedBy(fields: Fields): OutgoingHttpHeaders {
  const named: Record<string, string[]> = {}
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = (fields[i] ?? '').toLowerCase()
    named[name] = [...(named[name] ?? []), fields[i + 1] ?? '']
  }
  return named
}
