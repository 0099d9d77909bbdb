/**
 * The connections to origins: a pool for each, shared by every client. An origin's certificate is verified for
 * the host of the request before a byte of the request is written; there is no way to skip that.
 */
import type { Socket } from 'node:net'
import type { buildConnector } from 'undici'
import { authorityOf } from '../base/names.ts'
import { connectorFor, type Dialling, hopConnectorFor } from './connector.ts'
import type { Dial } from './dial.ts'
import type { Door, PooledDoor } from './door.ts'
import { Doors } from './http2-doors.ts'
import { Http2Origin } from './http2-origin.ts'
import { nextHopTo } from './next-hop.ts'
import { PlainDoor } from './plain-door.ts'
import { Pool } from './pool.ts'
import type { Target } from './target.ts'
import type { ClientOptions } from './undici.ts'

export interface Origins {
  /** By HTTP/1.1 unless the request needs HTTP/2 or the origin speaks nothing else. */
  doorFor(target: Target, dial: Dial, needsHttp2: boolean): Door
  /** New connections from now on; those of today end with what is under way on them. */
  renew(): void
  close(): Promise<void>
}

/** More origins than this are not kept: the one that was not asked for longest is closed when its last exchange is over. */
const keptOrigins = 1000
const idleMs = 60_000

/** `lastAsked` counts up with every request, so that the origin nobody asks for any more has the lowest. */
interface Kept {
  doors: Doors
  lastAsked: number
}

export function openOrigins(proxy: Dialling): Origins {
  const origins = new Map<string, Kept>()
  const retired = new Map<Doors, NodeJS.Timeout>()
  let asked = 0
  return {
    doorFor(target, dial, needsHttp2) {
      const key =
        dial.kind === 'guarded'
          ? `${target.scheme} ${target.authority}`
          : `${target.scheme} ${target.authority} ${dial.at.host} ${dial.at.port}`
      const kept = origins.get(key) ?? keep(origins, key, openDoors(target, dial, proxy))
      asked += 1
      kept.lastAsked = asked
      return kept.doors.doorFor(needsHttp2)
    },
    renew() {
      for (const { doors } of origins.values()) {
        const timer = setTimeout(() => doors.close().finally(() => retired.delete(doors)), passingMs)
        retired.set(doors, timer.unref())
      }
      origins.clear()
    },
    async close() {
      for (const timer of retired.values()) clearTimeout(timer)
      const open = [...[...origins.values()].map(({ doors }) => doors), ...retired.keys()]
      await Promise.all(open.map((doors) => doors.destroy()))
    },
  }
}

/** A request that was given its door goes through it within so long. */
const passingMs = 1000

function openDoors(target: Target, dial: Dial, proxy: Dialling): Doors {
  return new Doors(openHttp1(target, dial, proxy), (instead) => {
    const connector = connectorFor(target, dial, proxy, { allowH2: true, preferH2: true })
    return new Http2Origin(`${target.scheme}://${target.authority}`, connector, instead)
  })
}

function openHttp1(target: Target, dial: Dial, proxy: Dialling): PooledDoor {
  const pool = openPool(target, connectorFor(target, dial, proxy, { allowH2: false }))
  const at = dial.kind === 'configured' ? dial.at : target
  const hop = nextHopTo(at, proxy.nextHop)
  // In absolute-form a proxy is told the host alone, so an origin that lies elsewhere is reached by a tunnel.
  if (!hop || target.scheme === 'https' || authorityOf(at) !== target.authority) return pool
  return new PlainDoor(target, hop, openPool(target, hopConnectorFor(hop, target, dial, proxy)), pool)
}

/** No limit on how long a first byte takes: models think. */
function openPool({ scheme, authority }: Target, connect: buildConnector.connector): PooledDoor {
  const options: ClientOptions = {
    connect,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: idleMs,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 262_144,
  }
  return new Pool(`${scheme}://${authority}`, options, () => dialWith(connect, scheme))
}

/** A connection of its own to an origin, verified like those of its pool. Whoever asks for it ends it. Undefined where the origin speaks HTTP/2 alone. */
export function connectTo(door: Door): Promise<Socket | undefined> {
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

function keep(origins: Map<string, Kept>, key: string, doors: Doors): Kept {
  if (origins.size >= keptOrigins) closeOldest(origins)
  const kept = { doors, lastAsked: 0 }
  origins.set(key, kept)
  return kept
}

function closeOldest(origins: Map<string, Kept>): void {
  const [oldest] = [...origins].sort(([, one], [, other]) => one.lastAsked - other.lastAsked)
  if (!oldest) return
  origins.delete(oldest[0])
  void oldest[1].doors.close()
}
