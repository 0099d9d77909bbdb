/**
 * The connections to origins: one undici pool an origin, shared by every client. An origin's certificate is verified for
 * the host of the request before a byte of the request is written; there is no way to skip that.
 */
import { isIP, type Socket } from 'node:net'
import { checkServerIdentity, type SecureContext } from 'node:tls'
import { buildConnector, type Dispatcher, Pool } from 'undici'
import type { HostPort } from '../base/names.ts'
import { type Dial, type Guarding, guardedLookup } from './dial.ts'
import type { Target } from './target.ts'

export interface Origins {
  poolFor(target: Target, dial: Dial): Pool
  close(): Promise<void>
}

/** What it takes to reach origins. */
export interface Dialling extends Guarding {
  /** Verifies origins: the system's roots and the person's own. Made when the first origin is dialled. */
  originContext: () => SecureContext
}

/** More origins than this are not kept: the one that was not asked for longest is closed when its last exchange is over. */
const keptPools = 1000
const idleMs = 60_000

export function openOrigins(proxy: Dialling): Origins {
  const pools = new Map<string, Pool>()
  return {
    poolFor(target, dial) {
      const key =
        dial.kind === 'guarded'
          ? `${target.scheme} ${target.authority}`
          : `${target.scheme} ${target.authority} ${dial.at.host} ${dial.at.port}`
      const pool = pools.get(key) ?? openPool(target, connectorFor(target, dial, proxy))
      // A Map keeps the order of insertion: what was used last stands last.
      pools.delete(key)
      pools.set(key, pool)
      if (pools.size > keptPools) closeOldest(pools)
      return pool
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()))
    },
  }
}

/** No limit on how many connections or how long a first byte takes: models think, and streams must not queue. */
function openPool({ scheme, authority }: Target, connect: buildConnector.connector): Pool {
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
  dials.set(pool, () => dialWith(connect, scheme))
  return pool
}

const dials = new WeakMap<Dispatcher, () => Promise<Socket>>()

/** A connection of its own to a pool's origin, verified like those in the pool. Whoever asks for it ends it. */
export function connectTo(pool: Dispatcher): Promise<Socket> {
  const dial = dials.get(pool)
  if (!dial) throw new TypeError('a pool that was not opened here')
  return dial()
}

function dialWith(connect: buildConnector.connector, scheme: Target['scheme']): Promise<Socket> {
  return new Promise((done, fail) =>
    connect({ hostname: '', protocol: `${scheme}:`, port: '' }, (...[error, socket]) =>
      error === null ? done(socket) : fail(error),
    ),
  )
}

function connectorFor(target: Target, dial: Dial, proxy: Dialling): buildConnector.connector {
  const at: HostPort = dial.kind === 'configured' ? dial.at : target
  const lookup = dial.kind === 'guarded' ? { lookup: guardedLookup(target, proxy) } : {}
  const security = target.scheme === 'https' ? verifying(target, proxy.originContext()) : {}
  const connect = buildConnector({ timeout: proxy.connectTimeoutMs, noDelay: true, ...lookup, ...security })
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

function closeOldest(pools: Map<string, Pool>): void {
  const [oldest] = pools
  if (!oldest) return
  pools.delete(oldest[0])
  void oldest[1].close()
}
