import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2'
import type { Door } from './door.ts'

/** A session and the streams that are open on it. */
export class Lane {
  readonly session: ClientHttp2Session
  open = 0

  constructor(session: ClientHttp2Session) {
    this.session = session
  }

  readonly opened = (stream: ClientHttp2Stream) => {
    this.open += 1
    stream.once('close', () => {
      this.open -= 1
    })
  }
}

/** The origin as one of its requests knows it. */
export interface Lanes {
  /** A session with room for one more stream; undefined where the origin speaks HTTP/1.1. Rejects as connecting does. */
  lane(): Promise<Lane | undefined>
  /** The way of a request where there is no lane. */
  elsewhere(): Door
  /** No new stream goes out on it; those that are open come to their end (RFC 9113 §6.8). */
  retire(lane: Lane): void
}
