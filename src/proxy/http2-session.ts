/**
 * A client's connection once ALPN has settled on `h2` (RFC 9113 §3.2): every stream on it is a request of its own, and
 * what is wrong with one is answered on that one.
 */
import { performServerHandshake, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { CordonError, systemCodeOf } from '../base/error.ts'
import { carry } from './exchange.ts'
import { StreamAnswer } from './http2-answer.ts'
import { http2Request } from './http2-request.ts'
import { carryStreamUpgrade } from './http2-websocket.ts'
import type { Way } from './prepare.ts'
import type { Proxy } from './proxy.ts'
import { answerFor } from './refuse.ts'

/** What one client may have going at once, and how large its header sections may be; HTTP/1.1 has the same 64 KiB. */
const settings = {
  maxConcurrentStreams: 256,
  maxHeaderListSize: 65_536,
  // What a stream may send before it is read: enough for a fast upload, and 64 MiB with every stream at its limit.
  initialWindowSize: 262_144,
  enableConnectProtocol: true,
}

/**
 * A client that floods ends its own connection: Node and nghttp2 count invalid frames, refused streams, unanswered PING
 * and SETTINGS (1000), CONTINUATION frames (8 a header section) and, here, streams that are reset as soon as they are opened.
 */
const limits = {
  maxHeaderListPairs: 2000,
  /** MiB for what waits to be sent and for HPACK; past it new streams are refused. */
  maxSessionMemory: 64,
  maxSessionInvalidFrames: 100,
  maxSessionRejectedStreams: 100,
  /** Cancelled streams: so many at once, and so many a second after that (CVE-2023-44487). */
  streamResetBurst: 1000,
  streamResetRate: 100,
}

/** The connection's own window is no limit on a stream: Node gives it back as bytes arrive, and the stream's as they are read. */
const connectionWindow = 4 * 1024 * 1024

/** The connections of HTTP/2 that clients have open. */
export class ClientSessions {
  readonly #proxy: Proxy
  readonly #open = new Set<ServerHttp2Session>()

  constructor(proxy: Proxy) {
    this.#proxy = proxy
  }

  serve(socket: TLSSocket, way: Tunnelled): void {
    // An origin's fields go back as they are, doubled ones too.
    const session = performServerHandshake(socket, { settings, ...limits, strictSingleValueFields: false })
    // Node looks for this event of client sockets; a socket without a tls.Server never has it.
    socket.emit('secureConnect')
    session.setLocalWindowSize(connectionWindow)
    this.#open.add(session)
    session.once('close', () => this.#open.delete(session))
    session.on('error', (error) => {
      const facts = { authority: way.tunnel.authority, code: systemCodeOf(error), why: error.message }
      this.#proxy.log.debug(facts, 'connection broken')
    })
    session.on('stream', (stream, _fields, _flags, raw) => serve(stream, raw, way, this.#proxy))
  }

  /** RFC 9113 §6.8: GOAWAY; the streams that are open come to their end. */
  retire(): void {
    for (const session of this.#open) session.close()
  }

  close(): void {
    for (const session of this.#open) session.destroy()
  }
}

type Tunnelled = Way & { kind: 'tunnel' }

function serve(stream: ServerHttp2Stream, raw: readonly string[], way: Tunnelled, proxy: Proxy): void {
  const request = http2Request(stream, raw)
  const answer = new StreamAnswer(stream)
  // Node resets a stream that nobody has read, even one without content, and a slow client may not have its whole answer then.
  if (stream.endAfterHeaders) stream.resume()
  if (request.protocol === 'websocket') {
    proxy.underWay.begin()
    stream.once('close', () => proxy.underWay.end())
    return void carryStreamUpgrade(request, stream, answer, way, proxy)
  }
  if (request.protocol !== undefined || request.method === 'CONNECT') {
    const sentence =
      request.protocol === undefined
        ? 'CONNECT has no meaning inside a tunnel.'
        : 'The only protocol taken in an extended CONNECT is websocket (RFC 8441 §4).'
    return answer.refuse(answerFor(new CordonError('method_refused', sentence), way.tunnel.host))
  }
  // What ends the stream is written a turn after the answer is over.
  proxy.underWay.hold()
  stream.once('close', () => proxy.underWay.release())
  void carry(request, answer, way, proxy)
}
