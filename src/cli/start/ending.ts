/**
 * How a proxy ends: it accepts no more, lets what is under way come to its end for so long, and then cuts off the rest.
 *
 *     running ──SIGINT, SIGTERM, `cordon stop`──► ending ──all at rest, time over, or asked once more──► ended
 */
import type { Log } from '../../base/log.ts'
import type { Lasting } from '../../control/status.ts'
import type { RunningProxy } from '../../proxy/accept.ts'
import { counted } from '../word.ts'

/** How long a signal lets streams go on. */
export const graceMs = 30_000

export class Ending {
  readonly #proxy: RunningProxy
  readonly #log: Log
  readonly #ended = Promise.withResolvers<number>()
  #lasts: Lasting
  #isSignalled = false

  constructor(proxy: RunningProxy, log: Log, lasts: Exclude<Lasting, 'ending'>) {
    this.#proxy = proxy
    this.#log = log
    this.#lasts = lasts
  }

  get lasts(): Lasting {
    return this.#lasts
  }

  /** Resolves with how many requests and WebSockets were cut off. */
  get ended(): Promise<number> {
    return this.#ended.promise
  }

  /** Begins the end. One that has begun comes to it within this time, if that is sooner. */
  begin(withinMs: number, why: string): { waitsFor: number; ended: Promise<number> } {
    const waitsFor = this.#proxy.open.streams
    this.#lasts = 'ending'
    this.#log.info({ why, streams: waitsFor, withinMs }, 'stopping')
    this.#proxy.close(withinMs).then(this.#ended.resolve, this.#ended.reject)
    return { waitsFor, ended: this.ended }
  }

  /** The first SIGINT or SIGTERM begins the end, the second does not wait for it. `tell` has a sentence for a person. */
  onSignals(tell: (sentence: string) => void): void {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.on(signal, () => {
        const { waitsFor } = this.begin(this.#isSignalled ? 0 : graceMs, signal)
        if (waitsFor > 0 && !this.#isSignalled)
          tell(
            `Waiting up to ${graceMs / 1000} s for ${counted(waitsFor, 'open stream')}; a second signal does not wait.`,
          )
        this.#isSignalled = true
      })
  }
}
