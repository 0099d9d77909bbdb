import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { CordonError } from '../base/error.ts'
import { authorityOf, type HostPort, parseHostPort } from '../base/names.ts'
import { routesAt } from '../policy/match.ts'
import { type Client, clientOf } from './client.ts'
import type { ClientRequest } from './client-request.ts'
import { type Dialled, dialBlind } from './dial.ts'
import { readWellFormed, refuseContent } from './framing.ts'
import type { Interceptor } from './handshake.ts'
import { Http1Request } from './http1-request.ts'
import { originFault } from './origin-fault.ts'
import { admit } from './prepare.ts'
import type { Proxy } from './proxy.ts'
import { answerFor, answerSocket, asCordonError } from './refuse.ts'
import { relay, relayRead } from './relay.ts'

/** What became of a CONNECT (RFC 9110 §9.3.6). Only an intercepted tunnel has requests inside it. */
export type Tunnel =
  | { state: 'refused'; target: HostPort | undefined; error: CordonError }
  | { state: 'blind'; target: HostPort }
  | { state: 'intercepted'; target: HostPort }

/**
 * Opens the tunnel that a CONNECT asks for. A routed target is always accepted (a wrong token is told inside, since Codex
 * repeats a refused CONNECT for ever), unless its client sent no token at all: 407 makes git and curl send theirs.
 */
export async function connect(
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
  proxy: Proxy,
  interceptor: Interceptor,
  keepOpen: () => void,
): Promise<void> {
  const started = performance.now()
  const asked = new Http1Request(request)
  const client = clientOf(asked.fields, proxy.tokens)
  const tunnel = await open(asked, socket, head, client, proxy, interceptor)
  if (tunnel.state === 'refused') {
    proxy.tally.refuse(tunnel.error)
    refuse(tunnel.error, socket, head, keepOpen)
  }
  const facts = {
    // What is no authority is not told: it may hold user information or a query.
    authority: tunnel.target && authorityOf(tunnel.target),
    client: client.kind === 'known' ? client.name : client.kind,
    ms: Math.round(performance.now() - started),
  }
  if (tunnel.state === 'refused')
    proxy.log.warn({ ...facts, code: tunnel.error.code, why: tunnel.error.message }, 'tunnel refused')
  else if (tunnel.state === 'blind') proxy.log.info({ ...facts, verdict: 'blind' }, 'tunnel')
  else proxy.log.debug({ ...facts, verdict: 'intercept' }, 'tunnel')
}

async function open(
  request: ClientRequest,
  socket: Socket,
  head: Buffer,
  client: Client,
  proxy: Proxy,
  interceptor: Interceptor,
): Promise<Tunnel> {
  try {
    refuseContent(request)
    const target = readWellFormed(request, () => authorityForm(request))
    const routes = routesAt(proxy.routes, target)
    if (routes.length === 0) {
      admit(client, false, proxy)
      relayBlind(socket, head, await dialBlind(target, proxy))
      return { state: 'blind', target }
    }
    if (client.kind === 'anonymous' || client.kind === 'malformed') admit(client, true, proxy)
    // Made before the tunnel is accepted: afterwards nobody could be told that there is none.
    const leaf = proxy.leaves.contextFor(target.host)
    socket.write(established)
    if (head.length > 0) socket.unshift(head)
    interceptor.terminate(socket, leaf, target, routes, client)
    return { state: 'intercepted', target }
  } catch (thrown) {
    const target = parseHostPort(request.requestTarget)
    return {
      state: 'refused',
      target,
      error: target && !(thrown instanceof CordonError) ? originFault(thrown, target) : asCordonError(thrown),
    }
  }
}

function authorityForm(request: ClientRequest): HostPort {
  const target = parseHostPort(request.requestTarget)
  if (target) return target
  throw new CordonError('request_malformed', 'CONNECT must name a host and a port (RFC 9112 §3.2.3).')
}

const established = 'HTTP/1.1 200 Connection Established\r\n\r\n'

function relayBlind(client: Socket, head: Buffer, { socket: origin, reader }: Dialled): void {
  client.write(established)
  if (head.length > 0) origin.write(head)
  if (reader) relayRead(client, origin, reader)
  else relay(client, origin)
}

/** After 407 the connection stays: RFC 9110 §11.7.1 has the client send the request again, with its token. */
function refuse(error: CordonError, socket: Socket, head: Buffer, keepOpen: () => void): void {
  const answer = answerFor(error, undefined)
  if (error.code === 'token_unknown') {
    answer.status = 407
    answer.fields.push('proxy-authenticate', 'Basic realm="cordon"')
  }
  if (answer.status !== 407) return answerSocket(socket, answer, 'close')
  answerSocket(socket, answer, 'keep-alive')
  if (head.length > 0) socket.unshift(head)
  keepOpen()
}
