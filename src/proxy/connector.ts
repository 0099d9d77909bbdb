/**
 * How a connection to an origin comes about: straight or through the next proxy, to where the configuration says or
 * guarded, and with the origin's certificate verified for the host of the request.
 */
import { isIP, type Socket } from 'node:net'
import { checkServerIdentity, type SecureContext } from 'node:tls'
import type { buildConnector } from 'undici'
import { bracketed, type HostPort } from '../base/names.ts'
import { type Dial, type Guarding, guardedLookup, judgeName, plainLookup } from './dial.ts'
import { type NextHop, nextHopTo } from './next-hop.ts'
import { connectToHop, tunnelThrough } from './next-hop-tunnel.ts'
import type { Target } from './target.ts'
import { makeConnector } from './undici.ts'

/** What it takes to reach origins. */
export interface Dialling extends Guarding {
  /** Verifies origins: the system's roots and the person's own. Made when the first origin is dialled. */
  originContext: () => SecureContext
}

/** Which protocols are offered to the origin (RFC 7301). */
export type Protocols = Pick<buildConnector.BuildOptions, 'allowH2' | 'preferH2'>

/** A connector for undici that takes nothing but the protocol from what it is asked for. */
export function connectorFor(
  target: Target,
  dial: Dial,
  proxy: Dialling,
  protocols: Protocols,
): buildConnector.connector {
  const at: HostPort = dial.kind === 'configured' ? dial.at : target
  const hop = nextHopTo(at, proxy.nextHop)
  const connect = makeConnector({
    timeout: proxy.connectTimeoutMs,
    noDelay: true,
    lookup: dial.kind === 'guarded' ? guardedLookup(target, proxy) : plainLookup(proxy),
    ...protocols,
    ...(target.scheme === 'https' ? verifying(target, proxy.originContext()) : {}),
  })
  // RFC 6066 §3: an IP address is never a server name; undici takes one from `host` unless it sees an address there.
  const servername = isIP(target.host) ? undefined : target.host
  const place = {
    hostname: at.host,
    host: bracketed(at.host),
    port: String(at.port),
    ...(servername && { servername }),
  }
  return (options, callback) => {
    const told: buildConnector.Callback = (...result) => {
      result[1]?.on('error', tellReset)
      callback(...result)
    }
    if (!hop) return connect({ ...options, ...place }, told)
    throughHop(hop, at, dial, proxy).then(
      (socket) => {
        if (target.scheme === 'http') told(null, socket)
        else connect({ ...options, ...place, httpSocket: socket }, told)
      },
      (cause) => told(cause, null),
    )
  }
}

/** A connector to the next proxy itself, for plain HTTP in absolute-form. */
export function hopConnectorFor(hop: NextHop, target: Target, dial: Dial, proxy: Dialling): buildConnector.connector {
  return (_options, callback) => {
    const judged = dial.kind === 'guarded' ? judgeName(target, proxy) : Promise.resolve()
    judged
      .then(() => connectToHop(hop, target, proxy.connectTimeoutMs))
      .then(
        (socket) => callback(null, socket.on('error', tellReset)),
        (cause) => callback(cause, null),
      )
  }
}

async function throughHop(hop: NextHop, at: HostPort, dial: Dial, proxy: Dialling): Promise<Socket> {
  if (dial.kind === 'guarded') await judgeName(at, proxy)
  return tunnelThrough(hop, at, { timeoutMs: proxy.connectTimeoutMs, allowHalfOpen: false })
}

/** undici takes a reset for the end of content without a length, so that a truncated answer would look whole; it knows resets by this code. */
function tellReset(error: NodeJS.ErrnoException): void {
  if (error.code === 'ECONNRESET') error.code = 'ECONNABORTED'
}

function verifying({ host }: Target, secureContext: SecureContext): buildConnector.BuildOptions {
  return {
    secureContext,
    rejectUnauthorized: true,
    checkServerIdentity: (_dialled, certificate) => checkServerIdentity(host, certificate),
  }
}
