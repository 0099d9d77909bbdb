import type { Socket } from 'node:net'
import type { Dispatcher } from 'undici'
import type { Fields } from './fields.ts'

/** A way to an origin. */
export interface Door {
  dispatch(options: Sending, handler: Dispatcher.DispatchHandler): boolean
  /**
   * A connection of HTTP/1.1 for one request alone, undefined where the origin does not speak that; a door of HTTP/2 carries
   * everything by `dispatch`.
   */
  dial?(): Promise<Socket | undefined>
}

/** A request as `forward` hands it over; undici knows no trailers of a request. */
export interface Sending extends Dispatcher.DispatchOptions {
  trailers?: (() => Fields) | undefined
}

/** The way by HTTP/1.1, its connections kept for the requests to come. */
export interface PooledDoor extends Required<Door> {
  close(): Promise<void>
  destroy(): Promise<void>
}
