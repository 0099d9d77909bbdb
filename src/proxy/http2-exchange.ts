import { createHash } from 'node:crypto'
import { type ClientHttp2Stream, constants, type IncomingHttpHeaders, sensitiveHeaders } from 'node:http2'
import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { CordonError } from '../base/error.ts'
import { endToEndTrailers, type Fields } from './fields.ts'
import { namedBy } from './http2-answer.ts'
import type { Http2Origin, Lane, Sending } from './http2-origin.ts'

/** Content of a request, in bytes, that is held to be sent again. */
const mostKept = 65_536

/**
 * One request on a stream of an origin, told to a handler of undici's. Content goes both ways at once: the answer may begin
 * before the request is over, and the other way round.
 */
export class StreamExchange implements Dispatcher.DispatchController {
  readonly #options: Sending
  readonly #handler: Dispatcher.DispatchHandler
  readonly #origin: Http2Origin
  #stream: ClientHttp2Stream | undefined
  #isOver = false
  #hasBegun = false
  #tries = 0
  #kept: Buffer[] | undefined = []
  #keptLength = 0
  #letGo = () => {}
  /** Bytes of content that are to come, where the origin has said how many: a number then. */
  #due = Number.NaN
  paused = false
  reason: Error | null = null
  rawHeaders: string[] = []
  rawTrailers: string[] = []

  constructor(options: Sending, handler: Dispatcher.DispatchHandler, origin: Http2Origin) {
    this.#options = options
    this.#handler = handler
    this.#origin = origin
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
    this.#origin.lane().then(
      (lane) => {
        if (this.#isOver) return
        if (lane) this.#send(lane)
        else this.#origin.elsewhere().dispatch(this.#options, this.#handler)
      },
      (error) => this.#fail(error),
    )
  }

  #send({ session, opened }: Lane): void {
    const { body, upgrade } = this.#options
    if (upgrade && session.remoteSettings.enableConnectProtocol !== true) return this.#fail(unwilling())
    const content = body instanceof Readable || body instanceof Buffer ? body : null
    const head = upgrade ? extendedConnect(this.#options) : headOf(this.#options)
    const stream = session.request(head, {
      endStream: content === null && !upgrade,
      // What waits for trailers is not ended by Node before it is reset, so that a request that breaks off never looks whole.
      waitForTrailers: content instanceof Readable,
    })
    this.#stream = stream
    opened(stream)
    this.#hear(stream)
    if (content instanceof Readable) this.#pour(content, stream)
    else if (content) stream.end(content)
  }

  #hear(stream: ClientHttp2Stream): void {
    const isWhole = watchEnd(stream)
    stream.on('headers', (headers: IncomingHttpHeaders, _flags: number, raw?: string[]) => this.#begin(headers, raw))
    stream.once('response', (headers: IncomingHttpHeaders, flags: number, raw?: string[]) => {
      this.#hasBegun = true
      this.#kept = undefined
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
    stream.once('close', () => this.#broken(stream))
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

  /** The content and then its trailer fields, as fast as the origin takes them. */
  #pour(content: Readable, stream: ClientHttp2Stream): void {
    stream.once('wantTrailers', () => stream.sendTrailers(namedBy(endToEndTrailers(this.#options.trailers?.() ?? []))))
    for (const piece of this.#kept ?? []) stream.write(piece)
    if (content.readableEnded) return void stream.end()
    const take = (piece: Buffer) => {
      this.#keep(piece)
      if (!stream.write(piece)) content.pause()
    }
    const end = () => stream.end()
    // A request that breaks off must not look whole (RFC 9113 §8.1.1).
    const gone = () => {
      if (!content.readableEnded)
        this.abort(Object.assign(new Error('the content broke off'), { code: 'ECONNABORTED' }))
    }
    content.on('data', take).once('end', end).once('error', gone).once('close', gone)
    content.resume()
    stream.on('drain', () => content.resume())
    this.#letGo = () => {
      content.pause()
      content.off('data', take).off('end', end).off('error', gone).off('close', gone)
    }
    stream.once('close', () => {
      if (stream !== this.#stream) return
      this.#letGo()
      // Nobody wants the rest, and a client that is still sending must be able to come to its end.
      content.on('error', () => {}).resume()
    })
  }

  /** Held until there is an answer or too much of it, for an origin that refuses the stream. */
  #keep(piece: Buffer): void {
    this.#keptLength += piece.length
    if (this.#keptLength > mostKept) this.#kept = undefined
    else this.#kept?.push(piece)
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
    if (isUnseen && this.#kept && !this.#hasBegun && this.#tries < 2) {
      this.#stream = undefined
      this.#letGo()
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

/** RFC 9113 §8.3.1. That trailers are welcome is said of this connection, whatever the client said of its own. */
function headOf({ method, path, headers }: Sending): string[] {
  return head([':method', String(method), ':scheme', 'https', ':path', path], headers, ['te', 'trailers'])
}

/** RFC 8441 §5. */
function extendedConnect({ path, headers }: Sending): string[] {
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

const regular = (raw: string[]) => raw.filter((_, i) => !raw[i - (i % 2)]?.startsWith(':'))

function valueOf(headers: Sending['headers'], name: string): string {
  const fields: Fields = Array.isArray(headers) ? headers : []
  const at = fields.findIndex((field, i) => i % 2 === 0 && field.toLowerCase() === name)
  return at < 0 ? '' : (fields[at + 1] ?? '')
}

/** RFC 6455 §4.2.2: what an origin shows to say that it has read the key and speaks WebSocket. */
export function acceptFor(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
}

const unwilling = () => new CordonError('origin_unwilling', 'The origin takes no WebSocket on HTTP/2 (RFC 8441 §3).')
