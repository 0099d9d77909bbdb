/**
 * Connections of HTTP/2 to one origin, for the requests that need it (gRPC and its like) and for origins that speak nothing
 * else. undici's own carries no trailers of a request; what stands here is used as its pools are, by `dispatch`.
 */
import { type ClientSessionOptions, connect } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import type { buildConnector, Dispatcher } from 'undici'
import type { Door, Sending } from './door.ts'
import { StreamExchange } from './http2-exchange.ts'
import { Lane, type Lanes } from './http2-lane.ts'

const idleMs = 60_000
/** RFC 9113 §6.9.2: what an origin may send before it is read, a second's worth of a fast line. */
const streamWindow = 1024 * 1024
const connectionWindow = 16 * 1024 * 1024

/** Fields go on as they are, doubled ones too (@types/node does not know that option for a client). */
const options: ClientSessionOptions & { strictSingleValueFields: boolean } = {
  settings: { enablePush: false, initialWindowSize: streamWindow, maxHeaderListSize: 262_144 },
  maxHeaderListPairs: 2000,
  strictSingleValueFields: false,
}

export class Http2Origin implements Door, Lanes {
  readonly #connect: () => Promise<TLSSocket>
  readonly #origin: string
  readonly #instead: () => Door
  readonly #lanes = new Set<Lane>()
  #isDestroyed = false
  #coming: Promise<Lane | undefined> | undefined

  /** `instead` is asked where the origin settles on HTTP/1.1. */
  constructor(origin: string, connector: buildConnector.connector, instead: () => Door) {
    this.#origin = origin
    this.#connect = () => dial(origin, connector)
    this.#instead = instead
  }

  dispatch(options: Sending, handler: Dispatcher.DispatchHandler): boolean {
    new StreamExchange(options, handler, this).start()
    return true
  }

  async lane(): Promise<Lane | undefined> {
    for (;;) {
      const free = [...this.#lanes].find(hasRoom)
      if (free) return free
      // Requests that come while a connection is being made wait for it, and for the next one if it is full.
      this.#coming ??= this.#openLane().finally(() => {
        this.#coming = undefined
      })
      const lane = await this.#coming
      if (lane === undefined || hasRoom(lane)) return lane
    }
  }

  elsewhere(): Door {
    return this.#instead()
  }

  retire(lane: Lane): void {
    this.#lanes.delete(lane)
  }

  /** Comes to an end once its streams have. */
  close(): void {
    for (const { session } of this.#lanes) session.close()
    this.#lanes.clear()
  }

  destroy(): void {
    this.#isDestroyed = true
    for (const { session } of this.#lanes) session.destroy()
    this.#lanes.clear()
  }

  async #openLane(): Promise<Lane | undefined> {
    const socket = await this.#connect()
    if (this.#isDestroyed || socket.alpnProtocol !== 'h2') {
      socket.destroy()
      return undefined
    }
    const session = connect(this.#origin, { ...options, createConnection: () => socket })
    const lane = new Lane(session)
    session.on('error', () => this.retire(lane))
    session.on('goaway', () => this.retire(lane))
    session.once('close', () => this.retire(lane))
    session.setTimeout(idleMs, () => {
      if (lane.open > 0) return
      this.retire(lane)
      session.close()
    })
    // Its SETTINGS come first (RFC 9113 §3.4) and say how many streams it takes, and whether WebSockets.
    await new Promise<void>((done, fail) => {
      session.once('remoteSettings', () => done())
      session.once('error', fail)
      session.once('close', () => fail(Object.assign(new Error('closed before SETTINGS'), { code: 'ECONNRESET' })))
    })
    session.setLocalWindowSize(connectionWindow)
    this.#lanes.add(lane)
    return lane
  }
}

const hasRoom = ({ session, open }: Lane) =>
  !session.closed && !session.destroyed && open < (session.remoteSettings.maxConcurrentStreams ?? 100)

/** The certificate is verified for the origin's name before this resolves, as on every connection. */
function dial(origin: string, connector: buildConnector.connector): Promise<TLSSocket> {
  const { protocol, hostname, port } = new URL(origin)
  return new Promise((done, fail) => {
    connector({ protocol, hostname, host: hostname, port: port || '443' }, (error, socket) => {
      if (error) fail(error)
      else done(socket as TLSSocket)
    })
  })
}
