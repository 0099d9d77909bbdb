import type { ClientHttp2Stream } from 'node:http2'
import type { Readable } from 'node:stream'
import { endToEndTrailers, type Fields } from './fields.ts'
import { namedBy } from './http2-answer.ts'

/** Content in bytes that is held to be sent again. */
const mostKept = 65_536

/**
 * The content of a request and then its trailer fields, poured into a stream as fast as the origin takes them; its beginning
 * is held until there is an answer, for an origin that refuses the stream.
 */
export class Upload {
  readonly #content: Readable
  readonly #trailers: () => Fields
  readonly #onBroken: (error: Error) => void
  #kept: Buffer[] | undefined = []
  #keptLength = 0
  #letGo = () => {}

  /** `onBroken` hears of content that broke off: the request must not look whole then (RFC 9113 §8.1.1). */
  constructor(content: Readable, trailers: () => Fields, onBroken: (error: Error) => void) {
    this.#content = content
    this.#trailers = trailers
    this.#onBroken = onBroken
  }

  /** True while all that was sent could be sent again. */
  get isHeld(): boolean {
    return this.#kept !== undefined
  }

  /** There is an answer, so nothing will be sent again. */
  forget(): void {
    this.#kept = undefined
  }

  pour(stream: ClientHttp2Stream): void {
    const content = this.#content
    stream.once('wantTrailers', () => stream.sendTrailers(namedBy(endToEndTrailers(this.#trailers()))))
    for (const piece of this.#kept ?? []) stream.write(piece)
    if (content.readableEnded) return void stream.end()
    const take = (piece: Buffer) => {
      this.#keep(piece)
      if (!stream.write(piece)) content.pause()
    }
    const end = () => stream.end()
    const more = () => content.resume()
    const gone = () => {
      if (!content.readableEnded)
        this.#onBroken(Object.assign(new Error('the content broke off'), { code: 'ECONNABORTED' }))
    }
    content.on('data', take).once('end', end).once('error', gone).once('close', gone).resume()
    stream.on('drain', more)
    this.#letGo = () => {
      stream.off('drain', more)
      content.off('data', take).off('end', end).off('error', gone).off('close', gone).pause()
    }
  }

  /** The stream was refused; the content waits for another. */
  takeBack(): void {
    this.#letGo()
  }

  /** Nobody wants the rest, and a client that is still sending must be able to come to its end. */
  drop(): void {
    this.#letGo()
    this.#content.on('error', () => {}).resume()
  }

  #keep(piece: Buffer): void {
    this.#keptLength += piece.length
    if (this.#keptLength > mostKept) this.#kept = undefined
    else this.#kept?.push(piece)
  }
}
