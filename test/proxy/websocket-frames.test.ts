import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { WebSocket, WebSocketServer } from 'ws'
import { elsewhere } from '../load/crowd.ts'
import { openIntercepted, routeTo, startCordon, startOrigin } from '../world.ts'
import { openHttp2 } from './http2-world.ts'

/** A WebSocket through cordon to a server of `ws`, and the server's end of it. */
async function openPair(
  t: TestContext,
  { perMessageDeflate = false, protocols = [] }: { perMessageDeflate?: boolean; protocols?: string[] } = {},
): Promise<{ client: WebSocket; server: WebSocket; bytesAtOrigin: () => number; ports: number[] }> {
  const origin = await startOrigin(t, 'api.mailer.test')
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate })
  const arrived = Promise.withResolvers<WebSocket>()
  origin.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
    sockets.handleUpgrade(request, socket, head, arrived.resolve),
  )
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const socket = await openIntercepted(t, cordon, origin.authority)
  const agent = Object.assign(new Agent(), { createConnection: () => socket })
  const client = new WebSocket('ws://api.mailer.test:443/', protocols, {
    agent,
    perMessageDeflate,
    headers: { host: origin.host },
  })
  t.after(() => client.terminate())
  const [server] = await Promise.all([arrived.promise, once(client, 'open')])
  t.after(() => server.terminate())
  return { client, server, bytesAtOrigin: origin.received, ports: [cordon.port, origin.port] }
}

test('RFC 7692 §5: permessage-deflate is agreed upon by the two ends, and frames stay compressed on the way', async (t) => {
  const { client, server, bytesAtOrigin } = await openPair(t, { perMessageDeflate: true })
  const before = bytesAtOrigin()

  const heard = once(server, 'message')
  client.send('x'.repeat(1_000_000))
  const [data] = await heard

  assert.equal(client.extensions, 'permessage-deflate')
  assert.equal(server.extensions, 'permessage-deflate')
  assert.equal(String(data).length, 1_000_000)
  assert.ok(bytesAtOrigin() - before < 10_000)
})

test('RFC 6455 §1.9: the first sub-protocol that the origin takes is the one both ends have', async (t) => {
  const { client, server } = await openPair(t, { protocols: ['one', 'two'] })

  assert.equal(client.protocol, 'one')
  assert.equal(server.protocol, 'one')
})

test('RFC 6455 §5.5.2: a ping comes through with its data, and its pong back', async (t) => {
  const { client, server } = await openPair(t)

  for (const [from, to] of [
    [client, server],
    [server, client],
  ] as const) {
    const pinged = once(to, 'ping')
    const answered = once(from, 'pong')
    from.ping('are you there')
    assert.equal(String((await pinged)[0]), 'are you there')
    assert.equal(String((await answered)[0]), 'are you there')
  }
})

test('20 000 frames each way at once arrive whole and in order, at 10 000 a second or more', async (t) => {
  const { client, server } = await openPair(t)
  const count = 20_000
  const all = (socket: WebSocket) =>
    new Promise<number[]>((done) => {
      const seen: number[] = []
      socket.on('message', (data: Buffer) => {
        if (seen.push(data.readUInt32BE()) === count) done(seen)
      })
    })
  const heard = Promise.all([all(client), all(server)])
  const started = performance.now()

  const frame = Buffer.alloc(256)
  for (let i = 0; i < count; i++) {
    frame.writeUInt32BE(i)
    client.send(Buffer.from(frame))
    server.send(Buffer.from(frame))
    // A burst a turn, as an agent streams.
    if (i % 100 === 99) await new Promise(setImmediate)
  }
  const seen = await heard
  const perSecond = (2 * count) / ((performance.now() - started) / 1000)

  for (const numbers of seen) assert.ok(numbers.every((number, i) => number === i))
  t.diagnostic(`${Math.round(perSecond)} frames a second`)
  assert.ok(perSecond > 10_000, `${perSecond} frames a second`)
})

test('a peer that vanishes without a word is asked for by TCP on both sides', { skip: elsewhere }, async (t) => {
  const { ports } = await openPair(t)

  for (const port of ports) assert.equal(keepAliveRuns(port), true, `of the connection to port ${port}`)
})

test('so is the client of a stream that says nothing, in either version of HTTP', { skip: elsewhere }, async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test', { answer: (_request, response) => response.write('begun') })
  const overHttp2 = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, overHttp2, origin.authority)
  await once(session.request({}), 'response')
  const overHttp1 = await startCordon(t, { routes: [routeTo(origin)] })
  const socket = await openIntercepted(t, overHttp1, origin.authority)
  socket.write('GET / HTTP/1.1\r\nHost: api.mailer.test\r\n\r\n')
  await once(socket, 'data')

  // Until the last bytes are acknowledged TCP has another timer.
  const deadline = performance.now() + 5000
  for (const { port } of [overHttp2, overHttp1]) {
    while (!keepAliveRuns(port) && performance.now() < deadline) await nextTurn()
    assert.equal(keepAliveRuns(port), true)
  }
})

/** Whether some connection to this port of loopback has the timer of keep-alive (`tr` is 02 in /proc/net/tcp). */
function keepAliveRuns(port: number): boolean {
  const lines = readFileSync('/proc/net/tcp', 'latin1').split('\n')
  return lines.some((line) => {
    const [, local = '', remote = '', state, , timer = ''] = line.trim().split(/\s+/)
    const of = (address: string) => Number.parseInt(address.split(':')[1] ?? '', 16)
    return state === '01' && timer.startsWith('02:') && (of(local) === port || of(remote) === port)
  })
}
