import { once } from 'node:events'
import { request } from 'node:https'
import { connect as connectTcp, isIP } from 'node:net'
import { checkServerIdentity, connect as connectTls, type TLSSocket } from 'node:tls'
import { CordonError } from '../base/error.ts'
import { authorityOf, type HostPort } from '../base/names.ts'
import { credentialOf } from '../proxy/inject.ts'
import { nextHopTo } from '../proxy/next-hop.ts'
import { tunnelThrough } from '../proxy/next-hop-tunnel.ts'
import { originFault } from '../proxy/origin-fault.ts'
import type { CredentialRoute } from '../proxy/proxy.ts'
import { openSecrets } from '../secrets/secrets.ts'
import { originTrust } from '../tls/trust.ts'
import type { Check, Finding, Ground } from './finding.ts'
import { nextHopIn } from './next-hop.ts'

const patienceMs = 5000

/** Knocks at each route's origin: the TLS handshake is done and verified, and nothing is sent unless it may be. */
export const checkRoutes: Check = (ground) => Promise.all(ground.config.routes.map((route) => probe(route, ground)))

async function probe(route: CredentialRoute, ground: Ground): Promise<Finding> {
  const check = `route ${route.name}`
  const { host } = route.match
  if (host.kind === 'below')
    return {
      check,
      state: 'ok',
      sentence: `Every name below ${host.parent} is covered; there is no one origin to ask.`,
    }
  const origin: HostPort = { host: host.host, port: route.match.ports[0] ?? 443 }
  const at = route.connectTo ?? origin
  const where = route.connectTo ? `${authorityOf(origin)}, at ${authorityOf(at)},` : authorityOf(origin)
  try {
    if (route.allowCleartext) await knock(at)
    else {
      const socket = await shakeHands(origin, at, ground)
      if (ground.maySend) return { check, ...(await ask(socket, origin, route, ground)) }
      socket.destroy()
    }
    return {
      check,
      state: 'ok',
      sentence: `${where} ${route.allowCleartext ? 'accepts connections' : 'proved its name'}.`,
    }
  } catch (cause) {
    const fault = originFault(cause, origin)
    return {
      check,
      state: 'failure',
      sentence: fault.message,
      mend: fault.hint ?? 'check the network, the proxy of your company, and `connect_to` of the route',
    }
  }
}

async function knock(at: HostPort): Promise<void> {
  const socket = connectTcp({ host: at.host, port: at.port, timeout: patienceMs })
  socket.once('timeout', () => socket.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })))
  await once(socket, 'connect')
  socket.destroy()
}

async function shakeHands({ host }: HostPort, at: HostPort, ground: Ground): Promise<TLSSocket> {
  const { config, env } = ground
  const secureContext = originTrust({ extra: config.tls.trust, env }).context()
  const hop = nextHopTo(at, nextHopIn(ground))
  const way = hop
    ? { socket: await tunnelThrough(hop, at, { timeoutMs: patienceMs, allowHalfOpen: false }) }
    : { host: at.host, port: at.port }
  const socket = connectTls({
    ...way,
    secureContext,
    timeout: patienceMs,
    rejectUnauthorized: true,
    ...(isIP(host) ? {} : { servername: host }),
    checkServerIdentity: (_dialled, certificate) => checkServerIdentity(host, certificate),
  })
  socket.once('timeout', () => socket.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })))
  await once(socket, 'secureConnect')
  socket.setTimeout(0)
  return socket
}

/** One GET with the credential, for its status alone: 401 and 403 mean that the origin does not take it. */
async function ask(
  socket: TLSSocket,
  { host, port }: HostPort,
  route: CredentialRoute,
  { config, sources, suffix }: Ground,
): Promise<Omit<Finding, 'check'>> {
  try {
    const secret = await openSecrets({ sources, timeoutMs: config.secrets.timeoutMs }).fetch(route.secret)
    const name = route.auth.type === 'header' ? route.auth.headerName : 'Authorization'
    const question = request({
      createConnection: () => socket,
      method: 'GET',
      host,
      port,
      path: route.match.paths?.[0] ?? '/',
      headers: { [name]: credentialOf(route.auth, secret) },
      timeout: patienceMs,
    })
    question.end()
    const [{ statusCode = 0 }] = await once(question, 'response')
    if (statusCode !== 401 && statusCode !== 403)
      return {
        state: 'ok',
        sentence: `${host} proved its name and answered ${statusCode} to a request with the credential.`,
      }
    return {
      state: 'failure',
      sentence: `${host} does not take the credential: it answered ${statusCode}.`,
      mend: `run \`cordon secret set ${route.name}${suffix}\` with a valid one`,
    }
  } catch (cause) {
    if (cause instanceof CordonError)
      return { state: 'warning', sentence: `${host} proved its name; no request was sent, because there is no secret.` }
    throw cause
  } finally {
    socket.destroy()
  }
}
