import type { Dispatcher } from 'undici'
import type { PooledDoor, Sending } from './door.ts'
import type { NextHop } from './next-hop.ts'
import { hopDenial } from './next-hop-fault.ts'
import type { Target } from './target.ts'

/**
 * The way of plain HTTP through the next proxy: in absolute-form (RFC 9112 §3.2.2), because most proxies open tunnels for
 * TLS alone. A WebSocket has no other way than a tunnel (RFC 6455 §4.1).
 */
export class PlainDoor implements PooledDoor {
  readonly #origin: string
  readonly #hop: NextHop
  readonly #proxied: PooledDoor
  readonly #tunnelled: PooledDoor

  constructor({ authority }: Target, hop: NextHop, proxied: PooledDoor, tunnelled: PooledDoor) {
    this.#origin = `http://${authority}`
    this.#hop = hop
    this.#proxied = proxied
    this.#tunnelled = tunnelled
  }

  dispatch(options: Sending, handler: Dispatcher.DispatchHandler): boolean {
    if (options.upgrade) return this.#tunnelled.dispatch(options, handler)
    const { authorization } = this.#hop
    if (!authorization) return this.#send(options, handler, [])
    authorization().then(
      (credential) => this.#send(options, handler, ['proxy-authorization', credential.reveal()]),
      (cause) => handler.onResponseError?.(ended, cause),
    )
    return true
  }

  #send(options: Sending, handler: Dispatcher.DispatchHandler, credential: readonly string[]): boolean {
    const fields = Array.isArray(options.headers) ? options.headers : []
    const whole = { ...options, path: this.#origin + options.path, headers: [...fields, ...credential] }
    return this.#proxied.dispatch(whole, this.#refusing(handler))
  }

  dial(): ReturnType<PooledDoor['dial']> {
    return this.#tunnelled.dial()
  }

  async close(): Promise<void> {
    await Promise.all([this.#proxied.close(), this.#tunnelled.close()])
  }

  async destroy(): Promise<void> {
    await Promise.all([this.#proxied.destroy(), this.#tunnelled.destroy()])
  }

  /** RFC 9110 §15.5.8: 407 is between cordon and that proxy; a client would take it for cordon's own. */
  #refusing(handler: Dispatcher.DispatchHandler): Dispatcher.DispatchHandler {
    return {
      onRequestStart: (...said) => handler.onRequestStart?.(...said),
      onResponseStart: (controller, status, ...said) => {
        if (status === 407) controller.abort(hopDenial(this.#hop))
        else handler.onResponseStart?.(controller, status, ...said)
      },
      onResponseData: (...said) => handler.onResponseData?.(...said),
      onResponseEnd: (...said) => handler.onResponseEnd?.(...said),
      onResponseError: (...said) => handler.onResponseError?.(...said),
    }
  }
}

/** Stands for a request that never began: there is nothing to hold up or to end. */
const ended: Dispatcher.DispatchController = {
  aborted: true,
  paused: false,
  reason: null,
  abort() {},
  pause() {},
  resume() {},
}
