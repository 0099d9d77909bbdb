import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { createSecureContext } from 'node:tls'
import { WebSocketServer } from 'ws'
import { guardOf } from '../../src/policy/address.ts'
import type { Policy } from '../../src/proxy/proxy.ts'
import {
  type Cordon,
  openIntercepted,
  openTunnel,
  originCa,
  type RouteShape,
  readHead,
  routeOf,
  routeTo,
  send,
  startCordon,
  startOrigin,
  startRawOrigin,
} from '../world.ts'

/** Puts other routes in place; the rest of the policy stays what it was. */
function reroute(cordon: Cordon, routes: readonly RouteShape[], changes: Partial<Policy> = {}): void {
  cordon.proxy.renew({ ...cordon.policy, routes: routes.map(routeOf), ...changes })
}

test('the next request of an open tunnel has the routes of today', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  cordon.setSecret('other', 'an0ther')
  const socket = await openIntercepted(t, cordon, origin.authority)
  const ask = async () => {
    socket.write('GET / HTTP/1.1\r\nHost: api.mailer.test\r\n\r\n')
    await readHead(socket)
    await once(socket, 'data')
    return origin.requests.at(-1)?.fields['authorization']
  }

  const before = await ask()
  reroute(cordon, [routeTo(origin, { secret: { source: 'age', account: 'other' } })])

  assert.equal(before, 'Bearer s3cret')
  assert.equal(await ask(), 'Bearer an0ther')
})

test('a tunnel whose route was taken away is guarded like any other, and gets no credential', async (t) => {
  const origin = await startOrigin(t, 'localhost')
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const socket = await openIntercepted(t, cordon, origin.authority)

  reroute(cordon, [])
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')

  assert.match(await readHead(socket), /^HTTP\/1\.1 403 /)
  assert.equal(origin.requests.length, 0)
})

test('a request under way ends as it was admitted, with the route gone and its origin reached another way', async (t) => {
  const held = Promise.withResolvers<ServerResponse>()
  const origin = await startOrigin(t, 'api.mailer.test', {
    answer: (_request, response) => {
      response.write('half,')
      held.resolve(response)
    },
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const answer = send(t, cordon, origin.authority, 'GET /stream')
  const response = await held.promise

  const context = createSecureContext({ ca: originCa.pem })
  reroute(cordon, [], { originContext: () => context, guard: guardOf(['api.mailer.test']) })
  response.end('whole')

  assert.equal((await answer).content, 'half,whole')
})

test('an open WebSocket goes on through a renewal, and a stop waits for it', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const echo = new WebSocketServer({ server: origin.server })
  echo.on('connection', (socket) => socket.on('message', (message) => socket.send(message)))
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const socket = await openIntercepted(t, cordon, origin.authority)
  socket.write(
    'GET / HTTP/1.1\r\nHost: api.mailer.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  assert.match(await readHead(socket), /^HTTP\/1\.1 101 /)

  const context = createSecureContext({ ca: originCa.pem })
  reroute(cordon, [], { originContext: () => context })
  // RFC 6455 §5.7: a masked frame that says "Hello".
  socket.write(Buffer.from('828537fa213d7f9f4d5158', 'hex'))
  const [frame] = await once(socket, 'data')
  const stopped = cordon.proxy.close(60_000)

  assert.equal(frame.toString('hex'), '820548656c6c6f')
  assert.equal(cordon.proxy.open.streams, 1)
  socket.end()
  await stopped
})

test('a second stop does not wait, and one that has begun ends with it', async (t) => {
  const held = Promise.withResolvers<void>()
  const origin = await startOrigin(t, 'api.mailer.test', { answer: () => held.resolve() })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const answer = send(t, cordon, origin.authority, 'GET /for-ever')
  await held.promise

  const first = cordon.proxy.close(60_000)
  await cordon.proxy.close(0)

  await first
  assert.equal((await answer).content, '')
})

test('an answer under way when a stop begins is the last of its connection', async (t) => {
  const held = Promise.withResolvers<ServerResponse>()
  const origin = await startOrigin(t, 'api.mailer.test', { answer: (_request, response) => held.resolve(response) })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const socket = await openIntercepted(t, cordon, origin.authority)
  socket.write('GET / HTTP/1.1\r\nHost: api.mailer.test\r\n\r\n')
  const response = await held.promise

  const stopped = cordon.proxy.close(60_000)
  response.end('whole')

  assert.match(await readHead(socket), /^HTTP\/1\.1 200 /)
  await stopped
})

test('a hundred renewals leave no connection to an origin behind', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const open = new Set<Socket>()
  origin.server.on('connection', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })

  for (let i = 0; i < 100; i++) {
    assert.equal((await send(t, cordon, origin.authority, 'GET /')).status, 200)
    const context = createSecureContext({ ca: originCa.pem })
    reroute(cordon, [routeTo(origin)], { originContext: () => context })
  }

  await Promise.all([...open].map((socket) => once(socket, 'close')))
  assert.equal(open.size, 0)
  assert.equal(cordon.proxy.open.streams, 0)
})

test('a tunnel that was opened unread stays so, and the next one is intercepted', async (t) => {
  const origin = await startRawOrigin(t, 'localhost', (socket) => socket.pipe(socket), { cleartext: true })
  const authority = `localhost:${origin.port}`
  const cordon = await startCordon(t, { routes: [], allow: ['localhost'] })
  const { socket } = await openTunnel(t, cordon, authority)

  reroute(cordon, [routeTo(origin, { ports: [origin.port] })])
  socket.write('as it was')
  const [echo] = await once(socket, 'data')
  const answer = await send(t, cordon, authority, 'GET /')

  assert.equal(String(echo), 'as it was')
  assert.match(answer.content, /"code":"cordon_secret_missing"/)
})
