/**
 * The connections to origins: a pool for each, shared by every client. An origin's certificate is verified for
 * the host of the request before a byte of the request is written; there is no way to skip that.
 */
import { isIP, type Socket } from 'node:net'
import { checkServerIdentity, type SecureContext } from 'node:tls'
import { buildConnector, Pool } from 'undici'
import type { HostPort } from '../base/names.ts'
import { type Dial, type Guarding, guardedLookup } from './dial.ts'
import { Doors } from './http2-doors.ts'
import { type Door, Http2Origin } from './http2-origin.ts'
import type { Target } from './target.ts'

export interface Origins {
  /** By HTTP/1.1 unless the request needs HTTP/2 or the origin speaks nothing else. */
  doorFor(target: Target, dial: Dial, needsHttp2: boolean): Door
  close(): Promise<void>
}

/** What it takes to reach origins. */
export interface Dialling extends Guarding {
  /** Verifies origins: the system's roots and the person's own. Made when the first origin is dialled. */
  originContext: () => SecureContext
}

/** More origins than this are not kept: the one that was not asked for longest is closed when its last exchange is over. */
const keptOrigins = 1000
const idleMs = 60_000

export function openOrigins(proxy: Dialling): Origins {
  const origins = new Map<string, Doors>()
  return {
    doorFor(target, dial, needsHttp2) {
      const key =
        dial.kind === 'guarded'
          ? `${target.scheme} ${target.authority}`
          : `${target.scheme} ${target.authority} ${dial.at.host} ${dial.at.port}`
      const doors = origins.get(key) ?? openDoors(target, dial, proxy)
      // A Map keeps the order of insertion: what was used last stands last.
      origins.delete(key)
      origins.set(key, doors)
      if (origins.size > keptOrigins) closeOldest(origins)
      return doors.doorFor(needsHttp2)
    },
    async close() {
      await Promise.all([...origins.values()].map((doors) => doors.destroy()))
    },
  }
}

function openDoors(target: Target, dial: Dial, proxy: Dialling): Doors {
  const pool = openPool(target, connectorFor(target, dial, proxy, { allowH2: false }))
  return new Doors(pool, (instead) => {
    const connector = connectorFor(target, dial, proxy, { allowH2: true, preferH2: true })
    return new Http2Origin(`${target.scheme}://${target.authority}`, connector, instead)
  })
}

/** No limit on how many connections or how long a first byte takes: models think, and streams must not queue. */
function openPool({ scheme, authority }: Target, connect: buildConnector.connector): Pool & Required<Door> {
  const pool = new Pool(`${scheme}://${authority}`, {
    connect,
    connections: null,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: idleMs,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 262_144,
  })
  return Object.assign(pool, { dial: () => dialWith(connect, scheme) })
}

/** A connection of its own to an origin, verified like those of its pool. Whoever asks for it ends it. */
export function connectTo(door: Door): Promise<Socket> {
  if (!door.dial) throw new TypeError('a request of HTTP/2 needs no connection of its own')
  return door.dial()
}

function dialWith(connect: buildConnector.connector, scheme: Target['scheme']): Promise<Socket> {
  return new Promise((done, fail) =>
    connect({ hostname: '', protocol: `${scheme}:`, port: '' }, (...[error, socket]) =>
      error === null ? done(socket) : fail(error),
    ),
  )
}

function connectorFor(
  target: Target,
  dial: Dial,
  proxy: Dialling,
  protocols: Pick<buildConnector.BuildOptions, 'allowH2' | 'preferH2'>,
): buildConnector.connector {
  const at: HostPort = dial.kind === 'configured' ? dial.at : target
  const lookup = dial.kind === 'guarded' ? { lookup: guardedLookup(target, proxy) } : {}
  const security = target.scheme === 'https' ? verifying(target, proxy.originContext()) : {}
  const connect = buildConnector({
    timeout: proxy.connectTimeoutMs,
    noDelay: true,
    ...protocols,
    ...lookup,
    ...security,
  })
  // RFC 6066 §3: an IP address is never a server name.
  const servername = isIP(target.host) ? undefined : target.host
  return (options, callback) =>
    connect(
      { ...options, hostname: at.host, host: at.host, port: String(at.port), ...(servername && { servername }) },
      (...result) => {
        result[1]?.on('error', tellReset)
        callback(...result)
      },
    )
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

function closeOldest(origins: Map<string, Doors>): void {
  const [oldest] = origins
  if (!oldest) return
  origins.delete(oldest[0])
  oldest[1].close()
}
