/**
 * The connections of HTTP/1.1 to one origin. Each carries one exchange at a time, and the one that was used last is used
 * next: what has been idle longest is left to time out. There is no limit on their number, because streams must not queue.
 */
import type { PooledDoor, Sending } from './door.ts'
import { Client, type ClientOptions } from './undici.ts'

/** One connection, or the place of one: undici dials when the first request comes. */
interface Seat {
  client: Client
  isConnected: boolean
  isFree: boolean
}

export class Pool implements PooledDoor {
  readonly dial: PooledDoor['dial']
  readonly #origin: string
  readonly #options: ClientOptions
  readonly #seats = new Set<Seat>()
  #free: Seat[] = []

  /** `dial` opens a connection that is not one of the pool's. */
  constructor(origin: string, options: ClientOptions, dial: PooledDoor['dial']) {
    this.#origin = origin
    this.#options = options
    this.dial = dial
  }

  dispatch(options: Sending, handler: Parameters<Client['dispatch']>[1]): boolean {
    const seat = this.#free.pop() ?? this.#open()
    seat.isFree = false
    return seat.client.dispatch(options, handler)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#seats].map(({ client }) => client.close()))
  }

  async destroy(): Promise<void> {
    await Promise.all([...this.#seats].map(({ client }) => client.destroy()))
  }

  #open(): Seat {
    const client = new Client(this.#origin, this.#options)
    const seat: Seat = { client, isConnected: false, isFree: false }
    this.#seats.add(seat)
    client.on('connect', () => {
      seat.isConnected = true
    })
    client.on('disconnect', () => {
      seat.isConnected = false
      if (seat.isFree) this.#forget(seat)
    })
    // undici's word for a connection whose exchange is over, also when it failed.
    client.on('drain', () => {
      if (!seat.isConnected) return this.#forget(seat)
      if (seat.isFree || client.closed) return
      seat.isFree = true
      this.#free.push(seat)
    })
    return seat
  }

  #forget(seat: Seat): void {
    this.#seats.delete(seat)
    if (seat.isFree) this.#free = this.#free.filter((one) => one !== seat)
    void seat.client.destroy()
  }
}
