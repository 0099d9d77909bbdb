/** What is measured: each row loads one running peer and returns its figures, named with their units. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createSecureContext } from 'node:tls'
import { originCa } from '../world.ts'
import { Connection, chatRequest, headOf, type Opening, realSecret } from './client.ts'
import { memoryOf, peakMemoryOf, readClocks } from './machine.ts'
import { apiHost, blindHost, coldHost, type RunningPeer, type Stage } from './peers.ts'

export type Figures = Record<string, number>

export interface Row {
  name: string
  /** The word of `--only`. */
  kind: string
  needsConnect?: true
  needsProxy?: true
  measure(run: Run): Promise<Figures>
}

export interface Run {
  peer: RunningPeer
  stage: Stage
  seconds: number
}

const mebibyte = 2 ** 20
const bulk = 256 * mebibyte

export const rows: readonly Row[] = [
  { name: 'start', kind: 'start', needsProxy: true, measure: start },
  { name: '200 new hosts', kind: 'cold', needsConnect: true, measure: cold },
  ...[1, 16, 64].map((count) => ({
    name: `requests, ${count} connection${count === 1 ? '' : 's'}`,
    kind: 'keepalive',
    measure: (run: Run) => keepalive(run, count),
  })),
  { name: 'new connections, full handshake', kind: 'handshake', measure: (run) => handshake(run, 'full') },
  { name: 'new connections, session tickets', kind: 'handshake', measure: (run) => handshake(run, 'ticket') },
  { name: '64 event streams', kind: 'sse', measure: events },
  { name: '1000 silent streams', kind: 'idle', needsProxy: true, measure: idle },
  { name: 'download, 256 MiB', kind: 'download', measure: (run) => download(run, { host: apiHost }) },
  { name: 'upload, 256 MiB', kind: 'upload', measure: upload },
  {
    name: 'blind tunnel, 256 MiB',
    kind: 'tunnel',
    needsConnect: true,
    measure: (run) => download(blind(run), tunnel(run)),
  },
  { name: 'blind tunnel, new connections', kind: 'tunnel', needsConnect: true, measure: blindConnections },
]

async function start({ peer }: Run): Promise<Figures> {
  await sleep(2000)
  return { 'first request ms': peer.readyMs, 'idle MiB': memoryOf(peer.pid ?? 0) / mebibyte }
}

async function cold(run: Run): Promise<Figures> {
  const count = 200
  const spans: number[] = []
  const cost = await costOf(run, async () => {
    for (let number = 0; number < count; number++) {
      const began = performance.now()
      await shortConnection(run, { host: coldHost(number) })
      spans.push(performance.now() - began)
    }
    return count
  })
  return { 'CPU ms / host': cost.cpuMs, ...latency(spans), ...cost.shares }
}

async function keepalive(run: Run, count: number): Promise<Figures> {
  const { secret } = run.peer.reach
  const request = chatRequest(apiHost, secret)
  const connections = await Promise.all(Array.from({ length: count }, () => open(run)))
  const once = (worker: number) => connections[worker]?.exchange(request)
  await loop(count, 0.5, once)
  const spans: number[] = []
  const cost = await costOf(run, () => loop(count, run.seconds, once, spans))
  for (const connection of connections) connection.close()
  return { 'CPU µs / request': cost.cpuMs * 1000, 'requests / s': cost.rate, ...latency(spans), ...cost.shares }
}

async function handshake(run: Run, kind: 'full' | 'ticket'): Promise<Figures> {
  const workers = 8
  const sessions: (Buffer | undefined)[] = []
  const once = async (worker: number) => {
    const session = await shortConnection(run, { host: apiHost, session: sessions[worker] })
    if (kind === 'ticket') sessions[worker] = session
  }
  await loop(workers, 0.5, once)
  const spans: number[] = []
  const cost = await costOf(run, () => loop(workers, run.seconds, once, spans))
  return { 'CPU µs / connection': cost.cpuMs * 1000, 'connections / s': cost.rate, ...latency(spans), ...cost.shares }
}

/** TCP, CONNECT, TLS, one request, close; and the ticket that came with it. */
async function shortConnection({ peer: { reach } }: Run, opening: Opening): Promise<Buffer | undefined> {
  const connection = await Connection.open(reach, opening)
  await connection.exchange(chatRequest(opening.host, reach.secret))
  connection.close()
  return connection.session
}

async function events(run: Run): Promise<Figures> {
  const streams = 64
  const count = 200
  const connections = await Promise.all(Array.from({ length: streams }, () => open(run)))
  const get = (path: string) => headOf('GET', path, apiHost, run.peer.reach.secret)
  await Promise.all(connections.map((connection) => connection.exchange(get('/events?count=1'))))
  const first: number[] = []
  const transit: number[] = []
  const gaps: number[] = []
  const cost = await costOf(run, async () => {
    await Promise.all(
      connections.map(async (connection, number) => {
        await sleep(number * 2)
        let last = 0
        const began = performance.now()
        await connection.exchange(get(`/events?count=${count}`), (bytes) => {
          const now = performance.now()
          const arrived = process.hrtime.bigint()
          // Events come one a chunk; where two came at once each is counted.
          for (const [, sent] of bytes.toString('latin1').matchAll(/data: (\d+)/g)) {
            transit.push(Number(arrived - BigInt(sent ?? 0)) / 1e6)
            if (last === 0) first.push(now - began)
            else gaps.push(now - last)
            last = now
          }
        })
      }),
    )
    if (transit.length !== streams * count) throw new Error(`${transit.length} events of ${streams * count} came`)
    return transit.length
  })
  for (const connection of connections) connection.close()
  return {
    'CPU µs / event': cost.cpuMs * 1000,
    ...latency(first, 'first event '),
    ...latency(transit, 'delay '),
    ...latency(gaps, 'gap '),
    ...cost.shares,
  }
}

async function idle(run: Run): Promise<Figures> {
  const count = 1000
  const pid = run.peer.pid ?? 0
  const before = memoryOf(pid)
  const connections: Connection[] = []
  const request = headOf('GET', '/events?count=0', apiHost, run.peer.reach.secret)
  const openOne = async () => {
    const connection = await open(run)
    connections.push(connection)
    await new Promise<void>((done, fail) => {
      connection.exchange(request, () => done()).catch(fail)
    })
  }
  const cost = await costOf(run, async () => {
    for (let opened = 0; opened < count; opened += 20) await Promise.all(Array.from({ length: 20 }, openOne))
    return count
  })
  await sleep(1000)
  const held = memoryOf(pid) - before
  const quiet = await costOf(run, () => sleep(2000, 1))
  for (const connection of connections) connection.close()
  return {
    'KiB / stream': held / 1024 / count,
    'idle CPU %': (quiet.cpuMs / 1000 / quiet.seconds) * 100,
    'CPU ms / opening': cost.cpuMs,
  }
}

async function download(run: Run, opening: Opening): Promise<Figures> {
  const connection = await Connection.open(run.peer.reach, opening)
  let received = 0
  const request = headOf('GET', `/bytes?size=${bulk}`, opening.host, run.peer.reach.secret)
  const cost = await costOf(run, async () => {
    await connection.exchange(request, (bytes) => {
      received += bytes.length
    })
    return received / 1e9
  })
  connection.close()
  return bulkFigures(run, cost)
}

async function upload(run: Run): Promise<Figures> {
  const connection = await open(run)
  const block = Buffer.alloc(256 * 1024)
  const cost = await costOf(run, async () => {
    const over = connection.exchange(headOf('POST', '/upload', apiHost, run.peer.reach.secret, bulk))
    for (let sent = 0; sent < bulk; sent += block.length) {
      if (!connection.socket.write(block)) await new Promise((done) => connection.socket.once('drain', done))
    }
    await over
    return bulk / 1e9
  })
  connection.close()
  return bulkFigures(run, cost)
}

function bulkFigures({ peer: { pid } }: Run, { cpuMs, rate, shares }: Cost): Figures {
  return {
    'CPU s / GB': cpuMs / 1000,
    'MB / s': rate * 1000,
    ...(pid !== undefined && { 'peak MiB': peakMemoryOf(pid) / mebibyte }),
    ...shares,
  }
}

async function blindConnections(run: Run): Promise<Figures> {
  const through = blind(run)
  const once = () => shortConnection(through, tunnel(run))
  const spans: number[] = []
  await loop(8, 0.5, once)
  const cost = await costOf(run, () => loop(8, run.seconds, once, spans))
  return { 'CPU µs / connection': cost.cpuMs * 1000, 'connections / s': cost.rate, ...latency(spans), ...cost.shares }
}

/** In a blind tunnel the client proves the origin itself and holds what it asks for. */
function blind(run: Run): Run {
  const reach = { ...run.peer.reach, trusted: createSecureContext({ ca: originCa.pem }), secret: realSecret }
  return { ...run, peer: { ...run.peer, reach } }
}

const tunnel = ({ stage }: Run): Opening => ({ host: blindHost, authority: `127.0.0.1:${stage.origin.port}` })

const open = (run: Run) => Connection.open(run.peer.reach, { host: apiHost })

/** Workers that each repeat `once` until the time is over; how often that was. */
async function loop(
  workers: number,
  seconds: number,
  once: (worker: number) => Promise<unknown> | undefined,
  spans: number[] = [],
): Promise<number> {
  const end = performance.now() + seconds * 1000
  let count = 0
  const work = async (_: unknown, worker: number) => {
    for (let now = performance.now(); now < end; ) {
      await once(worker)
      const after = performance.now()
      spans.push(after - now)
      now = after
      count += 1
    }
  }
  await Promise.all(Array.from({ length: workers }, work))
  return count
}

interface Cost {
  /** CPU of the proxy's processes a unit of work. */
  cpuMs: number
  /** Units a second. */
  rate: number
  seconds: number
  /** How full the cores were; what ran beside the bench disturbed it. */
  shares: Figures
}

async function costOf({ peer, stage }: Run, work: () => Promise<number>): Promise<Cost> {
  const before = readClocks(peer.pid, stage.origin.pid)
  const units = await work()
  const after = readClocks(peer.pid, stage.origin.pid)
  const seconds = after.at - before.at
  const proxy = after.proxy - before.proxy
  const load = after.load - before.load
  const others = after.machine - before.machine - proxy - load
  return {
    cpuMs: (proxy * 1000) / units,
    rate: units / seconds,
    seconds,
    shares: {
      'proxy core %': (proxy / seconds) * 100,
      'load core %': (load / seconds) * 100,
      'others %': Math.max(0, (others / seconds) * 100),
    },
  }
}

function latency(spans: number[], of = ''): Figures {
  const sorted = spans.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN
  return { [`${of}p50 ms`]: at(0.5), [`${of}p99 ms`]: at(0.99) }
}
