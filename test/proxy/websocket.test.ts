import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import { type Cordon, type Origin, openIntercepted, routeTo, startCordon, startOrigin } from '../world.ts'

const fields =
  'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='
const handshakeTo = (host: string) => `GET /socket HTTP/1.1\r\nHost: ${host}\r\n${fields}\r\n\r\n`

/** Lets an origin switch to WebSocket; every message comes back as it was. */
function echoing(t: TestContext, origin: Origin): { server: WebSocketServer; handshakes: IncomingMessage[] } {
  const server = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered].at(-1) ?? false })
  const handshakes: IncomingMessage[] = []
  origin.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    handshakes.push(request)
    server.handleUpgrade(request, socket, head, (ws) => {
      ws.on('message', (data, isBinary) => ws.send(data, { binary: isBinary }))
    })
  })
  t.after(() => {
    for (const client of server.clients) client.terminate()
  })
  return { server, handshakes }
}

/** A client of the library `ws` through a tunnel of its own. */
async function openWebSocket(
  t: TestContext,
  cordon: Cordon,
  origin: Origin,
  protocols: string[] = [],
): Promise<WebSocket> {
  const socket = await openIntercepted(t, cordon, origin.authority)
  const agent = Object.assign(new Agent(), { createConnection: () => socket })
  const client = new WebSocket(`ws://${origin.host}:443/socket?x=1`, protocols, {
    agent,
    headers: { authorization: 'Bearer mine', host: origin.host },
  })
  t.after(() => client.terminate())
  await once(client, 'open')
  return client
}

test('a WebSocket is carried with the credential on its handshake, a thousand frames each way', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const { handshakes } = echoing(t, origin)
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const client = await openWebSocket(t, cordon, origin, ['one', 'two'])
  const received: Buffer[] = []
  const { promise: all, resolve } = Promise.withResolvers<void>()
  client.on('message', (data: Buffer) => {
    if (received.push(data) === 1000) resolve()
  })
  const sent = Array.from({ length: 1000 }, (_, i) => Buffer.alloc((i * 37) % 5000, i))

  for (const data of sent) client.send(data)
  await all

  assert.deepEqual(received, sent)
  assert.equal(client.protocol, 'two')
  assert.equal(handshakes.length, 1)
  assert.equal(handshakes[0]?.headers.authorization, 'Bearer s3cret')
  assert.equal(handshakes[0]?.headers.host, 'api.mailer.test')
  assert.equal(handshakes[0]?.url, '/socket?x=1')
  assert.deepEqual(
    Object.keys(handshakes[0]?.headers ?? {}).filter((name) => name.startsWith('proxy-')),
    [],
  )
})

test('a close goes through with its code and reason, whoever begins', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const { server } = echoing(t, origin)
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })

  const first = await openWebSocket(t, cordon, origin)
  const [atOrigin] = server.clients
  assert.ok(atOrigin)
  const heard = once(atOrigin, 'close')
  first.close(4001, 'done here')
  const [code, reason] = await heard
  assert.deepEqual([code, String(reason)], [4001, 'done here'])

  const second = await openWebSocket(t, cordon, origin)
  const told = once(second, 'close')
  for (const client of server.clients) client.close(4002, 'enough')
  const [otherCode, otherReason] = await told
  assert.deepEqual([otherCode, String(otherReason)], [4002, 'enough'])
})

test("one side's breaking off breaks the other", async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const { server } = echoing(t, origin)
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })

  const first = await openWebSocket(t, cordon, origin)
  const heard = once(first, 'close')
  for (const client of server.clients) client.terminate()
  assert.equal((await heard)[0], 1006)

  const second = await openWebSocket(t, cordon, origin)
  const [atOrigin] = [...server.clients].filter(({ readyState }) => readyState === WebSocket.OPEN)
  assert.ok(atOrigin)
  const told = once(atOrigin, 'close')
  second.terminate()
  assert.equal((await told)[0], 1006)
})

test('frames that a client sends before the switch reach the origin after it', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const got = Promise.withResolvers<string>()
  origin.server.on('upgrade', (_request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
    let bytes = head.toString()
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk
      if (bytes.length >= 5) got.resolve(bytes)
    })
    if (bytes.length >= 5) got.resolve(bytes)
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const socket = await openIntercepted(t, cordon, origin.authority)

  socket.write(`${handshakeTo(origin.host)}early`)

  assert.equal(await got.promise, 'early')
})
