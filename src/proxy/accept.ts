/**
 * The listener: one port on 127.0.0.1 that takes CONNECT, plain HTTP in absolute-form, and the question whether cordon
 * is well. There is no way to bind another address.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { CordonError, systemCodeOf } from '../base/error.ts'
import { parseHostPort } from '../base/names.ts'
import { clientOf } from './client.ts'
import type { ClientRequest } from './client-request.ts'
import { connect } from './connect.ts'
import { descriptorLimit, roomWithin, TurnedAway, tooMany } from './crowd.ts'
import { carry } from './exchange.ts'
import { answerBadBytes, listenerOptions, openInterceptor } from './handshake.ts'
import { Http1Answer } from './http1-answer.ts'
import { Http1Request } from './http1-request.ts'
import { OpenClients } from './open-clients.ts'
import { openOrigins } from './origins.ts'
import type { Way } from './prepare.ts'
import type { Policy, Proxy, ProxyValues } from './proxy.ts'
import { answerFor, answerResponse, answerSocket } from './refuse.ts'
import { Tally } from './tally.ts'
import { UnderWay } from './under-way.ts'
import { carryUpgrade } from './upgrade.ts'

export interface RunningProxy {
  readonly port: number
  /** What is open at this moment: requests and WebSockets under way, and connections of clients, idle ones too. */
  readonly open: { streams: number; connections: number }
  /** What came by since the start. */
  readonly tally: Tally
  /** Holds from the next request on, on connections that are open too; what is under way goes on as it was admitted. */
  renew(policy: Policy): void
  /**
   * Accepts no more, gives what is under way `graceMs` to end, then closes what is left, open sockets of any kind. A second
   * call may cut that time short. Resolves with how many requests and WebSockets did not come to their end.
   */
  close(graceMs?: number): Promise<number>
}

/** Resolves once connections are accepted. Throws `port_taken` when another process has the port. */
export async function startProxy(values: ProxyValues): Promise<RunningProxy> {
  let port = values.port
  const isSelf: Proxy['isSelf'] = (target) => target.port === port && isLoopback(target.host)
  const dialling = { ...values, isSelf }
  const proxy: Proxy = Object.assign(dialling, {
    origins: openOrigins(dialling),
    openClients: new OpenClients(values),
    underWay: new UnderWay(),
    tally: new Tally(),
  })
  const interceptor = openInterceptor(proxy)
  const sockets = new Set<Socket>()
  const room = roomWithin(descriptorLimit())
  const turnedAway = new TurnedAway()

  const server = createServer({ ...listenerOptions, ...keptAlive }, (request, response) => {
    if (turnedAway.has(request.socket)) turnAway(response)
    else if (request.url?.startsWith('/')) answerOwn(request, response, proxy)
    else {
      const plain = new Http1Request(request)
      void carry(plain, new Http1Answer(response, proxy.underWay), wayOf(plain, proxy), proxy)
    }
  })
  server.on('connection', (socket) => {
    // After 407 the same connection comes here again.
    if (sockets.has(socket)) return
    if (sockets.size >= room.clients + room.heard) return answerUnasked(socket)
    if (sockets.size >= room.clients) turnedAway.add(socket)
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (turnedAway.has(socket)) return answerSocket(socket, answerFor(tooMany(), undefined), 'close')
    void connect(request, socket, head, proxy, interceptor, () => server.emit('connection', socket))
  })
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (turnedAway.has(socket)) return answerSocket(socket, answerFor(tooMany(), undefined), 'close')
    const plain = new Http1Request(request)
    void carryUpgrade(plain, socket, head, wayOf(plain, proxy), proxy)
  })
  answerBadBytes(server, proxy, () => undefined)

  port = await listen(server, values.port)
  const closed = new Promise((done) => server.once('close', done))
  const cut = Promise.withResolvers<void>()
  let lost: number | undefined
  return {
    port,
    tally: proxy.tally,
    get open() {
      return { streams: proxy.underWay.count, connections: sockets.size }
    },
    renew(policy) {
      const isReachedAnew = waysToOrigins.some((name) => policy[name] !== proxy[name])
      Object.assign(proxy, policy)
      if (isReachedAnew) proxy.origins.renew()
    },
    async close(graceMs = 0) {
      if (server.listening) {
        server.close()
        interceptor.retire()
      }
      const late = sleep(graceMs, undefined, { ref: false })
      if (graceMs > 0) await Promise.race([proxy.underWay.rest(), late, cut.promise])
      cut.resolve()
      lost ??= proxy.underWay.count
      for (const socket of sockets) socket.destroy()
      interceptor.close()
      await Promise.all([closed, proxy.origins.close()])
      return lost
    },
  }
}

/** A connection to an origin was made with these, so that none is used again once one of them has changed. */
const waysToOrigins = ['guard', 'originContext', 'nextHop', 'connectTimeoutMs', 'resolve'] as const

/** A WebSocket or a stream may be silent for hours and has no timer; after a minute TCP asks whether its client is still there, as it asks origins. */
const keptAlive = { keepAlive: true, keepAliveInitialDelay: 60_000 }

function wayOf({ fields, connection }: ClientRequest, { tokens, openClients }: Proxy): Way {
  const client = clientOf(fields, tokens)
  openClients.add(connection, client)
  return { kind: 'plain', client }
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  return new Promise((done, fail) => {
    server.once('error', (cause) => {
      const isTaken = systemCodeOf(cause) === 'EADDRINUSE'
      fail(
        isTaken
          ? new CordonError('port_taken', `Port ${port} on 127.0.0.1 is taken.`, {
              hint: 'see whose it is with `cordon doctor`',
              cause,
            })
          : cause,
      )
    })
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => done((server.address() as AddressInfo).port))
  })
}

function turnAway(response: ServerResponse): void {
  const answer = answerFor(tooMany(), undefined)
  answer.fields.push('connection', 'close')
  answerResponse(response, answer)
}

/** Several connections are accepted in one turn of the loop, so this one's descriptor must be free again before the next. */
function answerUnasked(socket: Socket): void {
  socket.on('error', () => {})
  answerSocket(socket, answerFor(tooMany(), undefined), 'close')
  socket.destroy()
}

const isLoopback = (address: string) =>
  address === 'localhost' ||
  address.endsWith('.localhost') ||
  address.startsWith('127.') ||
  address === '::1' ||
  address === '0.0.0.0' ||
  address === '::' ||
  address.startsWith('::ffff:127.') ||
  address.startsWith('::ffff:7f')

/**
 * Requests for cordon itself. `GET /health` is all there is; a Host that is not loopback is a web page that had its own
 * name point here (DNS rebinding), and learns nothing.
 */
function answerOwn(request: IncomingMessage, response: ServerResponse, proxy: Proxy): void {
  const refusal = refusalOfOwn(request)
  if (refusal) return answerResponse(response, answerFor(refusal, undefined))
  if (request.url === '/health' && (request.method === 'GET' || request.method === 'HEAD')) {
    const content = '{"status":"ok"}'
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': content.length,
      'cache-control': 'no-store',
      server: `cordon/${proxy.version}`,
    })
    response.end(request.method === 'HEAD' ? undefined : content)
    return
  }
  const error = new CordonError(
    'not_a_proxy_request',
    'This is a proxy: it takes CONNECT and requests in absolute-form.',
    { hint: `set HTTPS_PROXY as \`cordon env${proxy.commandSuffix}\` prints it` },
  )
  answerResponse(response, answerFor(error, undefined))
}

function refusalOfOwn({ headersDistinct }: IncomingMessage): CordonError | undefined {
  const [field, ...more] = headersDistinct['host'] ?? []
  const named = field === undefined || more.length > 0 ? undefined : parseHostPort(field, 80)
  if (!named) return new CordonError('request_malformed', 'The request must name cordon in one Host field.')
  return isLoopback(named.host)
    ? undefined
    : new CordonError('misdirected', `cordon does not answer for ${named.host}.`)
}
