import type { Http2Stream, IncomingHttpHeaders } from 'node:http2'
import { Readable } from 'node:stream'
import type { Fields } from './fields.ts'

/**
 * What a client sends on its stream, apart from the way back on the same stream: an origin that wants no more of it ends
 * this and not the answer. It is read as fast as it is taken, so that the stream's own window holds the client back
 * (RFC 9113 §5.2) and no other stream.
 */
export class StreamContent extends Readable {
  readonly #stream: Http2Stream
  #isWhole = false
  /** Complete once the content is over. */
  trailers: Fields = []

  constructor(stream: Http2Stream) {
    super({ highWaterMark: 65_536 })
    this.#stream = stream
    stream.on('data', this.#take)
    stream.on('trailers', (_headers: IncomingHttpHeaders, _flags: number, raw?: string[]) => {
      this.trailers = raw ?? []
    })
    // A client that resets its stream is told by `aborted` first, then by an `end` as if all had come.
    stream.once('end', () => (stream.aborted ? this.#break() : this.#finish()))
    stream.once('aborted', () => this.#break())
    stream.once('close', () => this.#break())
  }

  override _read(): void {
    this.#stream.resume()
  }

  /** What still comes is dropped: a stream that nobody reads would never be over. */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#stream.off('data', this.#take)
    this.#stream.resume()
    callback(error)
  }

  readonly #take = (chunk: Buffer) => {
    if (!this.push(chunk)) this.#stream.pause()
  }

  #finish(): void {
    this.#isWhole = true
    this.push(null)
  }

  #break(): void {
    if (!this.#isWhole && !this.destroyed)
      this.destroy(Object.assign(new Error('the client reset its stream'), { code: 'ECONNRESET' }))
  }
}
