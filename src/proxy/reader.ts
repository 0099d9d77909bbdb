import type { OnReadOpts, Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** Enough for a handshake or an event; a tunnel that says little costs no more. */
const small = 8192
const large = 65_536

/**
 * Reads a dialled socket into one buffer, over and over, so that a download of any length makes no garbage; the first read
 * that fills a small buffer brings a large one. The next read waits until the system has all of the last one, which is the
 * back-pressure.
 *
 * The socket is connected with `onread`, and paused until `pour` says where its bytes go.
 */
export class Reader {
  #buffer = Buffer.allocUnsafe(small)
  #isFilled = false
  #source: Socket | undefined
  #sink: Duplex | undefined
  readonly #written = () => void this.#source?.resume()

  readonly onread: OnReadOpts = {
    buffer: () => this.#next(),
    callback: (length) => this.#pass(length),
  }

  /** From now on writes what `source` sends to `sink`, and its end as an end. */
  pour(source: Socket, sink: Duplex): void {
    this.#source = source
    this.#sink = sink
    source.once('end', () => sink.end())
    source.resume()
  }

  /** Called before the first read and after every other. */
  #next(): Buffer {
    if (this.#isFilled && this.#buffer.length < large) this.#buffer = Buffer.allocUnsafeSlow(large)
    return this.#buffer
  }

  /** False stops the reading. */
  #pass(length: number): boolean {
    this.#isFilled = length === this.#buffer.length
    this.#sink?.write(this.#buffer.subarray(0, length))
    // Most writes are over when the call is; of the others the buffer still belongs to the system.
    if (this.#sink?.writableLength === 0) return true
    this.#sink?.write('', this.#written)
    return false
  }
}
