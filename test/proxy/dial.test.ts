import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { type TestContext, test } from 'node:test'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import type { Resolve } from '../../src/proxy/dial.ts'
import {
  exchangeRaw,
  openTunnel,
  originCertificate,
  readAll,
  routeTo,
  send,
  startCordon,
  startOrigin,
  startRawOrigin,
} from '../world.ts'

/** Both families for any name; on loopback's IPv6 address nobody listens at the ports of the tests. */
const bothFamilies: Resolve = (_hostname, _options, callback) =>
  callback(null, [
    { address: '::1', family: 6 },
    { address: '127.0.0.1', family: 4 },
  ])

test('a blind tunnel to a name whose first address is dead is open in well under a second', async (t) => {
  const origin = await startRawOrigin(t, 'open.test', (socket) => socket.end('here'), { cleartext: true })
  const cordon = await startCordon(t, {
    routes: [],
    allow: ['127.0.0.1', '::1'],
    values: { resolve: bothFamilies },
  })
  const started = performance.now()

  const { status, socket } = await openTunnel(t, cordon, `open.test:${origin.port}`, { authorization: undefined })

  assert.equal(status, 200)
  assert.equal(String(await readAll(socket)), 'here')
  assert.ok(performance.now() - started < 900)
})

test('a route to such a name is as quick', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, {
    routes: [routeTo(origin, { connectTo: `gateway.test:${origin.port}` })],
    values: { resolve: bothFamilies },
  })
  const started = performance.now()

  const { status } = await send(t, cordon, origin.authority, 'GET /')

  assert.equal(status, 200)
  assert.ok(performance.now() - started < 900)
})

test('a route to an IPv6 address proves that address, and names no server (RFC 6066 §3)', async (t) => {
  const named: unknown[] = []
  const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nsix'
  const server = createTlsServer(originCertificate(['::1', '2001:db8::1']), (socket) => {
    named.push(socket.servername)
    socket.once('data', () => socket.end(answer))
  })
  const port = await listenOnIPv6(t, server)
  const cordon = await startCordon(t, {
    routes: [
      { host: '[::1]', ports: [port], value: 's3cret' },
      { host: '[2001:db8::1]', connectTo: `[::1]:${port}`, value: 's3cret' },
      { host: '[2001:db8::2]', connectTo: `[::1]:${port}`, value: 's3cret' },
    ],
  })

  const statuses = []
  for (const authority of [`[::1]:${port}`, '[2001:db8::1]:443', '[2001:db8::2]:443']) {
    const { socket } = await openTunnel(t, cordon, authority)
    const secure = connectTls({ socket, ca: cordon.caPem, host: authority.slice(1, authority.indexOf(']')) })
    t.after(() => secure.destroy())
    const field = authority.replace(/:443$/, '')
    const { status } = await exchangeRaw(secure, `GET / HTTP/1.1\r\nHost: ${field}\r\nConnection: close\r\n\r\n`)
    statuses.push(status)
  }

  assert.deepEqual(statuses, [200, 200, 502])
  assert.deepEqual([...new Set(named)], [false])
})

test('an IPv6 address in brackets is a target of a blind tunnel', async (t) => {
  const port = await listenOnIPv6(
    t,
    createServer((socket) => socket.end('six')),
  )
  const cordon = await startCordon(t, { routes: [], allow: ['::1'] })

  const { status, socket } = await openTunnel(t, cordon, `[::1]:${port}`, { authorization: undefined })

  assert.equal(status, 200)
  assert.equal(String(await readAll(socket)), 'six')
})

test('a silent tunnel is closed after `idle_timeout`, and one with traffic is not', async (t) => {
  const idleTimeoutMs = 500
  const origin = await startRawOrigin(t, 'open.test', (socket) => socket.pipe(socket), { cleartext: true })
  const cordon = await startCordon(t, { routes: [], allow: ['127.0.0.1'], values: { idleTimeoutMs } })
  const { socket } = await openTunnel(t, cordon, `127.0.0.1:${origin.port}`, { authorization: undefined })
  const started = performance.now()

  while (performance.now() - started < 2 * idleTimeoutMs) {
    socket.write('x')
    await once(socket, 'data')
  }
  socket.resume()
  await once(socket, 'close')
})

async function listenOnIPv6(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '::1')
  await once(server, 'listening')
  t.after(() => server.close())
  return (server.address() as AddressInfo).port
}
