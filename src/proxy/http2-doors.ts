import type { Dispatcher } from 'undici'
import { systemCodeOf } from '../base/error.ts'
import type { Door, PooledDoor, Sending } from './door.ts'
import type { Http2Origin } from './http2-origin.ts'

/**
 * Both ways to one origin. HTTP/1.1 is the way of every request that can take it (its streams cost half of HTTP/2's); which
 * of the two an origin does not speak is learned from its first handshake and remembered.
 */
export class Doors {
  readonly #pool: PooledDoor
  readonly #http2: Http2Origin
  readonly #unproven: Door
  #isHttp1Only = false
  #isHttp2Only = false
  #isProven = false

  constructor(pool: PooledDoor, openHttp2: (instead: () => Door) => Http2Origin) {
    this.#pool = pool
    this.#http2 = openHttp2(() => {
      this.#isHttp1Only = true
      return this.#pool
    })
    this.#unproven = {
      dispatch: (options, handler) => this.#pool.dispatch(options, this.#watched(options, handler)),
      dial: () => this.#pool.dial().catch((error: Error) => this.#noHttp1(error)),
    }
  }

  doorFor(needsHttp2: boolean): Door {
    if (needsHttp2 ? !this.#isHttp1Only : this.#isHttp2Only) return this.#http2
    return this.#isProven ? this.#pool : this.#unproven
  }

  /** Comes to an end once its requests have. */
  async close(): Promise<void> {
    this.#http2.close()
    await this.#pool.close()
  }

  async destroy(): Promise<void> {
    this.#http2.destroy()
    await this.#pool.destroy()
  }

  #noHttp1(error: Error): undefined {
    if (!isForWantOfHttp1(error)) throw error
    this.#isHttp2Only = true
  }

  /** Until one request has gone out by HTTP/1.1, a handshake that failed for want of it sends the request by HTTP/2. */
  #watched(options: Sending, handler: Dispatcher.DispatchHandler): Dispatcher.DispatchHandler {
    return {
      onRequestStart: (controller, context) => {
        this.#isProven = true
        handler.onRequestStart?.(controller, context)
      },
      onRequestUpgrade: (...said) => handler.onRequestUpgrade?.(...said),
      onResponseStart: (...said) => handler.onResponseStart?.(...said),
      onResponseData: (...said) => handler.onResponseData?.(...said),
      onResponseEnd: (...said) => handler.onResponseEnd?.(...said),
      onResponseError: (controller, error) => {
        if (!isForWantOfHttp1(error)) return handler.onResponseError?.(controller, error)
        this.#isHttp2Only = true
        this.#http2.dispatch(options, handler)
      },
    }
  }
}

/** RFC 7301 §3.2: the alert of a server that speaks none of the protocols it was offered. Nothing of the request was sent. */
const isForWantOfHttp1 = (error: Error) => /ALERT_NO_APPLICATION_PROTOCOL$/.test(systemCodeOf(error) ?? '')
