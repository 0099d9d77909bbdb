/**
 * Terminates TLS for the routed targets: the client's handshake is answered with a leaf for the authority that CONNECT
 * named, and what comes out of it is read as HTTP/1.1 or, where the client offers it, as HTTP/2.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type SecureContext, TLSSocket } from 'node:tls'
import { CordonError, systemCodeOf } from '../base/error.ts'
import { authorityOf, type HostPort } from '../base/names.ts'
import type { Client } from './client.ts'
import { carry } from './exchange.ts'
import { Http1Answer } from './http1-answer.ts'
import { Http1Request } from './http1-request.ts'
import { ClientSessions } from './http2-session.ts'
import type { Way } from './prepare.ts'
import type { CredentialRoute, Proxy } from './proxy.ts'
import { answerFor, answerSocket } from './refuse.ts'
import { carryUpgrade, isWebSocket } from './upgrade.ts'

export interface Interceptor {
  /** Takes over a socket after its CONNECT was answered. `leaf` shows the tunnel's host. */
  terminate(
    socket: Socket,
    leaf: SecureContext,
    tunnel: HostPort,
    routes: readonly CredentialRoute[],
    client: Client,
  ): void
  /** Ends idle connections, and tells clients to send no more requests on the others. */
  retire(): void
  close(): void
}

/** No limit on how long a client may think between requests or take for one: tunnels idle, uploads are long. */
export const listenerOptions = {
  maxHeaderSize: 65_536,
  requestTimeout: 0,
  headersTimeout: 0,
  keepAliveTimeout: 0,
  insecureHTTPParser: false,
  requireHostHeader: false,
  shouldUpgradeCallback: isWebSocket,
}

/** A client that has opened a tunnel and says nothing in it for so long has gone. */
const handshakeMs = 60_000

export function openInterceptor(proxy: Proxy): Interceptor {
  const ways = new WeakMap<Duplex, Way & { kind: 'tunnel' }>()
  const wayOf = (socket: Duplex) => {
    const way = ways.get(socket)
    if (!way) throw new TypeError('a request came out of a socket that no tunnel knows')
    return way
  }
  const sessions = new ClientSessions(proxy)
  const server = createServer(
    listenerOptions,
    (message, response) =>
      void carry(new Http1Request(message), new Http1Answer(response, proxy.underWay), wayOf(message.socket), proxy),
  )
  // Where the request has content that is still coming, the stream is one of Node's own and not the connection.
  server.on(
    'upgrade',
    (message: IncomingMessage, stream: Duplex, head: Buffer) =>
      void carryUpgrade(new Http1Request(message), stream, head, wayOf(message.socket), proxy),
  )
  server.on('connect', (message: IncomingMessage, stream: Duplex) =>
    answerSocket(stream, answerFor(nestedConnect(), wayOf(message.socket).tunnel.host), 'close'),
  )
  answerBadBytes(server, proxy, (socket) => ways.get(socket)?.tunnel)
  return {
    terminate(socket, leaf, tunnel, routes, client) {
      proxy.openClients.add(socket, client, tunnel)
      const secure = new TLSSocket(socket, {
        isServer: true,
        secureContext: leaf,
        ALPNProtocols: ['h2', 'http/1.1'],
      })
      // Until the handshake is done a failure is `_tlsError`, and the socket goes with it; afterwards it is `error`.
      secure.on('_tlsError', (error: Error) => logHandshake(error, tunnel, proxy))
      secure.on('error', () => secure.destroy())
      secure.setTimeout(handshakeMs, () => secure.destroy())
      const leave = () => secure.destroy()
      secure.once('end', leave)
      const target = { ...tunnel, authority: authorityOf(tunnel) }
      const way = {
        kind: 'tunnel',
        tunnel: target,
        routes,
        among: proxy.routes,
        client,
        serverName: () => secure.servername || undefined,
      } as const
      secure.once('secure', () => {
        secure.setTimeout(0)
        secure.off('end', leave)
        if (secure.alpnProtocol === 'h2') return sessions.serve(secure, way)
        ways.set(secure, way)
        server.emit('connection', secure)
      })
    },
    retire() {
      sessions.retire()
      server.closeIdleConnections()
      server.prependListener('request', (_message, response) => {
        response.shouldKeepAlive = false
      })
    },
    close() {
      sessions.close()
      server.closeAllConnections()
    },
  }
}

const nestedConnect = () => new CordonError('method_refused', 'CONNECT has no meaning inside a tunnel.')

/** Bytes that are no request are answered and the connection closed, and what followed them is never read (RFC 9112 §2.2, §11.2). */
export function answerBadBytes(server: Server, proxy: Proxy, tunnelOf: (socket: Duplex) => HostPort | undefined): void {
  const isBegun = watchAnswers(server)
  // RFC 9112 §5.4 leaves the limit to us; what maxHeaderSize lets in is never dropped without a word.
  server.maxHeadersCount = 0
  // Without this Node answers `Expect: 100-continue` at once, and a client would send its content to a request that is refused.
  server.on('checkContinue', (message, response) => server.emit('request', message, response))
  server.on('clientError', (error: Error, socket: Duplex) => {
    const code = systemCodeOf(error) ?? ''
    if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    if (code.startsWith('ERR_SSL') || isBegun(socket)) return void socket.destroy()
    const isTooLarge = code === 'HPE_HEADER_OVERFLOW'
    const refusal = isTooLarge
      ? new CordonError(
          'fields_too_large',
          `The header section is larger than ${listenerOptions.maxHeaderSize / 1024} KiB.`,
        )
      : new CordonError('request_malformed', `The bytes are not an HTTP/1.1 request (${code}).`)
    const tunnel = tunnelOf(socket)
    proxy.tally.refuse(refusal)
    proxy.log.warn(
      { authority: tunnel && authorityOf(tunnel), code: refusal.code, why: refusal.message },
      'request refused',
    )
    answerSocket(socket, answerFor(refusal, tunnel?.host), 'close')
  })
}

/** Tells of a connection whether an answer to an earlier, whole request is still due on it: nothing may break into that. */
function watchAnswers(server: Server): (socket: Duplex) => boolean {
  const latest = new WeakMap<Duplex, ServerResponse>()
  server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    latest.set(socket, response)
  })
  return (socket) => {
    const response = latest.get(socket)
    if (!response || response.writableFinished) return false
    // Node gives a response its socket once those before it are over.
    return response.socket === null || response.headersSent || response.req.complete
  }
}

function logHandshake(error: Error, tunnel: HostPort, proxy: Proxy): void {
  const isDistrust = /alert (unknown ca|bad certificate|certificate unknown)/i.test(error.message)
  const hint = isDistrust
    ? 'the client does not trust the CA of cordon: give it the variables of `cordon env`'
    : undefined
  proxy.log.warn(
    { authority: authorityOf(tunnel), code: systemCodeOf(error), why: error.message, hint },
    'handshake failed',
  )
}
