import { Readable } from 'node:stream'

/**
 * Content that is still coming from its client, held apart from the client's connection: who reads it here may give up
 * (an origin that answers early does), and the rest is then read and dropped, so that the client can still hear the answer.
 */
export class Arriving extends Readable {
  readonly #source: Readable
  #hasBegun: boolean
  #tellBegun: (() => void) | undefined

  constructor(source: Readable) {
    super({ highWaterMark: 65_536 })
    this.#source = source
    this.#hasBegun = source.readableLength > 0 || source.readableEnded
    source.on('data', this.#take)
    source.once('end', this.#finish)
    source.once('error', this.#fail)
    source.once('close', this.#fail)
    // A failure before anyone reads is told by `close`; whoever reads hears it as an error of theirs.
    this.on('error', () => {})
  }

  /** Tells true once a first piece, the end or a failure is here, and false when none of them has come in `ms`. */
  whenBegun(ms: number, tell: (hasBegun: boolean) => void): void {
    if (this.#hasBegun) return tell(true)
    const late = () => {
      // A busy process runs its timers late and before it looks at its sockets: what has arrived by now counts.
      setImmediate(() => {
        if (this.#hasBegun) return
        this.#tellBegun = undefined
        tell(false)
      })
    }
    const timer = setTimeout(late, ms)
    this.#tellBegun = () => {
      clearTimeout(timer)
      tell(true)
    }
  }

  override _read(): void {
    this.#source.resume()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#source.off('data', this.#take).off('end', this.#finish).off('close', this.#fail).off('error', this.#fail)
    this.#source.on('error', () => {})
    this.#source.resume()
    this.#begin()
    done(error)
  }

  readonly #take = (piece: Buffer) => {
    if (!this.push(piece)) this.#source.pause()
    this.#begin()
  }

  readonly #finish = () => {
    this.push(null)
    this.#begin()
  }

  readonly #fail = (cause?: Error) => {
    if (!this.#source.readableEnded) this.destroy(cause ?? new Error('the content was cut short'))
  }

  #begin(): void {
    this.#hasBegun = true
    const tell = this.#tellBegun
    this.#tellBegun = undefined
    tell?.()
  }
}
