import { type ClientHttp2Stream, constants, type IncomingHttpHeaders } from 'node:http2'
import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { CordonError } from '../base/error.ts'
import type { Sending } from './door.ts'
import { acceptFor, extendedConnect, headOf, regular, valueOf } from './http2-head.ts'
import type { Lane, Lanes } from './http2-lane.ts'
import { Upload } from './http2-upload.ts'

/**
 * One request on a stream of an origin, told to a handler of undici's. Content goes both ways at once: the answer may begin
 * before the request is over, and the other way round.
 */
export class StreamExchange implements Dispatcher.DispatchController {
  readonly #options: Sending
  readonly #handler: Dispatcher.DispatchHandler
  readonly #origin: Lanes
  readonly #upload: Upload | undefined
  #stream: ClientHttp2Stream | undefined
  #isOver = false
  #hasBegun = false
  #tries = 0
  /** Bytes of content that are to come, where the origin has said how many: a number then. */
  #due = Number.NaN
  paused = false
  reason: Error | null = null
  rawHeaders: string[] = []
  rawTrailers: string[] = []

  constructor(options: Sending, handler: Dispatcher.DispatchHandler, origin: Lanes) {
    this.#options = options
    this.#handler = handler
    this.#origin = origin
    const { body, trailers = () => [] } = options
    if (body instanceof Readable) this.#upload = new Upload(body, trailers, (error) => this.abort(error))
  }

  get aborted(): boolean {
    return this.reason !== null
  }

  start(): void {
    this.#handler.onRequestStart?.(this, undefined)
    if (!this.#isOver) this.#try()
  }

  abort(reason: Error): void {
    this.reason = reason
    this.#fail(reason)
  }

  pause(): void {
    this.paused = true
    this.#stream?.pause()
  }

  resume(): void {
    this.paused = false
    this.#stream?.resume()
  }

  #try(): void {
    this.#tries += 1
    this.#origin
      .lane()
      .then((lane) => {
        if (this.#isOver) return
        if (lane) this.#send(lane)
        else this.#origin.elsewhere().dispatch(this.#options, this.#handler)
      })
      .catch((error) => this.#fail(error))
  }

  #send({ session, opened }: Lane): void {
    const { body, upgrade } = this.#options
    if (upgrade && session.remoteSettings.enableConnectProtocol !== true) return this.#fail(unwilling())
    const content = Buffer.isBuffer(body) ? body : undefined
    const head = upgrade ? extendedConnect(this.#options) : headOf(this.#options)
    const stream = session.request(head, {
      endStream: !content && !this.#upload && !upgrade,
      // What waits for trailers is not ended by Node before it is reset, so that a request that breaks off never looks whole.
      waitForTrailers: this.#upload !== undefined,
    })
    this.#stream = stream
    opened(stream)
    this.#hear(stream)
    if (content) stream.end(content)
    this.#upload?.pour(stream)
  }

  #hear(stream: ClientHttp2Stream): void {
    const isWhole = watchEnd(stream)
    stream.on('headers', (headers: IncomingHttpHeaders, _flags: number, raw?: string[]) => this.#begin(headers, raw))
    stream.once('response', (headers: IncomingHttpHeaders, flags: number, raw?: string[]) => {
      this.#hasBegun = true
      this.#upload?.forget()
      if (this.#options.upgrade && Number(headers[':status']) === 200) return this.#switch(stream, raw)
      this.#due = Number(headers['content-length'])
      stream.on('data', (chunk: Buffer) => {
        this.#due -= chunk.length
        if (!this.#isOver) this.#handler.onResponseData?.(this, chunk)
      })
      this.#begin(headers, raw)
      // An answer without content is told whole at once, so that it goes on as one frame.
      if (flags & constants.NGHTTP2_FLAG_END_STREAM) this.#finish()
    })
    stream.on('trailers', (_headers: IncomingHttpHeaders, _flags: number, raw?: string[]) => {
      this.rawTrailers = raw ?? []
    })
    // Node's servers reset a stream without an error, and before its end, where they have not read the request.
    stream.once('end', () => (isWhole() || this.#due === 0 ? this.#finish() : this.#broken(stream)))
    stream.on('error', (error) => this.#broken(stream, error))
    stream.once('close', () => {
      this.#broken(stream)
      if (stream === this.#stream) this.#upload?.drop()
    })
  }

  #begin(headers: IncomingHttpHeaders, raw: string[] = []): void {
    if (this.#isOver) return
    this.rawHeaders = regular(raw)
    this.#handler.onResponseStart?.(this, Number(headers[':status']), {})
  }

  /** RFC 8441 §5.1: 200 is what 101 is to HTTP/1.1. */
  #switch(stream: ClientHttp2Stream, raw: string[] = []): void {
    if (this.#isOver) return
    this.#isOver = true
    const key = valueOf(this.#options.headers, 'sec-websocket-key')
    this.rawHeaders = [...regular(raw), 'sec-websocket-accept', acceptFor(key)]
    this.#handler.onRequestUpgrade?.(this, constants.HTTP_STATUS_SWITCHING_PROTOCOLS, {}, stream)
  }

  #finish(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#handler.onResponseEnd?.(this, {})
    // RFC 9113 §8.1: an answer that was whole before the request was needs the rest of it no more.
    if (this.#stream && !this.#stream.writableEnded) this.#stream.close(constants.NGHTTP2_NO_ERROR)
  }

  /** RFC 9113 §8.7: a stream that its origin refused, or that GOAWAY left out, was never looked at and may be sent again. */
  #broken(stream: ClientHttp2Stream, error?: Error): void {
    // A stream that was given up is heard of again when it closes.
    if (this.#isOver || stream !== this.#stream) return
    const isUnseen = stream.rstCode === constants.NGHTTP2_REFUSED_STREAM || stream.id === undefined
    const isHeld = this.#upload?.isHeld ?? true
    if (isUnseen && isHeld && !this.#hasBegun && this.#tries < 2) {
      this.#stream = undefined
      this.#upload?.takeBack()
      return this.#try()
    }
    this.#fail(error ?? Object.assign(new Error('the origin reset its stream'), { code: 'ECONNRESET' }))
  }

  #fail(error: Error): void {
    if (this.#isOver) return
    this.#isOver = true
    if (this.#stream && !this.#stream.closed) this.#stream.close(constants.NGHTTP2_CANCEL)
    this.#handler.onResponseError?.(this, error)
  }
}

/** Node ends a stream that was reset without an error as if all had come; only the moment of it tells the two apart. */
function watchEnd(stream: ClientHttp2Stream): () => boolean {
  let isWhole = false
  const push = stream.push
  stream.push = (chunk, encoding) => {
    if (chunk === null && !stream.closed) isWhole = true
    return push.call(stream, chunk, encoding)
  }
  return () => isWhole
}

const unwilling = () => new CordonError('origin_unwilling', 'The origin takes no WebSocket on HTTP/2 (RFC 8441 §3).')
