import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent } from 'node:http'
import { type ClientHttp2Session, constants } from 'node:http2'
import { type Duplex, duplexPair } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import { acceptFor } from '../../src/proxy/http2-head.ts'
import { type Origin, openIntercepted, routeTo, startCordon, startOrigin } from '../world.ts'
import { answerOn, openHttp2, startHttp2Origin } from './http2-world.ts'

const host = 'api.mailer.test'
const handshake = {
  ':method': 'CONNECT',
  ':protocol': 'websocket',
  ':path': '/socket?x=1',
  'sec-websocket-version': '13',
  authorization: 'Bearer mine',
}

/** A client of the library `ws`, which knows the handshake of HTTP/1.1 alone: that is answered here, and its frames are put on a stream. */
async function openSocket(t: TestContext, session: ClientHttp2Session): Promise<WebSocket> {
  const [near, far] = duplexPair()
  far.once('data', (head: Buffer) => {
    const key = /sec-websocket-key: (\S+)/i.exec(String(head))?.[1] ?? ''
    const stream = session.request(handshake)
    stream.once('response', (answer) => {
      assert.deepEqual([answer[':status'], answer['sec-websocket-accept']], [200, undefined])
      far.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptFor(key)}\r\n\r\n`,
      )
      far.pipe(stream).pipe(far)
    })
  })
  const agent = Object.assign(new Agent(), { createConnection: () => near })
  const client = new WebSocket(`ws://${host}:443/`, { agent })
  t.after(() => client.terminate())
  await once(client, 'open')
  return client
}

function echoing(t: TestContext, origin: Pick<Origin, 'server'>): { server: WebSocketServer; seen: IncomingMessage[] } {
  const server = new WebSocketServer({ noServer: true })
  const seen: IncomingMessage[] = []
  origin.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    seen.push(request)
    server.handleUpgrade(request, socket, head, (ws) =>
      ws.on('message', (data, isBinary) => ws.send(data, { binary: isBinary })),
    )
  })
  t.after(() => {
    for (const client of server.clients) client.terminate()
  })
  return { server, seen }
}

test('a WebSocket on a stream of HTTP/2 is a handshake of HTTP/1.1 at its origin, with the credential (RFC 8441)', async (t) => {
  const origin = await startOrigin(t, host)
  const { seen } = echoing(t, origin)
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)
  assert.equal(session.remoteSettings.enableConnectProtocol, true)

  const client = await openSocket(t, session)
  const words = Array.from({ length: 1000 }, (_, i) => 'x'.repeat((i * 37) % 3000) + i)
  const heard: string[] = []
  const { promise: all, resolve } = Promise.withResolvers<void>()
  client.on('message', (data) => {
    if (heard.push(String(data)) === words.length) resolve()
  })
  for (const word of words) client.send(word)
  await all
  const closed = once(client, 'close')
  client.close(4001, 'done')

  assert.deepEqual(heard, words)
  assert.equal((await closed)[0], 4001)
  const [request] = seen
  assert.equal(request?.url, '/socket?x=1')
  assert.equal(request.method, 'GET')
  assert.equal(request.headers.authorization, 'Bearer s3cret')
  assert.equal(request.headers.host, host)
  assert.equal(session.destroyed, false)
})

test('a client that sends a key on a stream has it answered, and the origin sees no other key', async (t) => {
  const origin = await startOrigin(t, host)
  const { seen } = echoing(t, origin)
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)
  const key = 'dGhlIHNhbXBsZSBub25jZQ=='

  const stream = session.request({ ...handshake, 'sec-websocket-key': key })
  const [answer] = await once(stream, 'response')

  assert.deepEqual([answer[':status'], answer['sec-websocket-accept']], [200, acceptFor(key)])
  assert.deepEqual(seen[0]?.headersDistinct['sec-websocket-key'], [key])
  stream.destroy()
})

test('an origin that closes the connection of a WebSocket ends its stream, and the session goes on', async (t) => {
  const origin = await startOrigin(t, host)
  const { server } = echoing(t, origin)
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)
  const stream = session.request(handshake)
  await once(stream, 'response')
  const closed = once(stream, 'close')

  for (const one of server.clients) one.terminate()
  stream.resume()
  await closed

  assert.equal(stream.rstCode, constants.NGHTTP2_NO_ERROR)
  assert.equal((await answerOn(session.request({}))).status, 200)
})

test('a client that cancels the stream of its WebSocket breaks it off at the origin', async (t) => {
  const origin = await startOrigin(t, host)
  const { server } = echoing(t, origin)
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)
  const stream = session.request(handshake)
  await once(stream, 'response')
  const [atOrigin] = server.clients
  assert.ok(atOrigin)
  const closed = once(atOrigin, 'close')

  stream.close(constants.NGHTTP2_CANCEL)

  assert.equal((await closed)[0], 1006)
})

test('an origin that does not switch is heard with its own answer', async (t) => {
  const origin = await startOrigin(t, host, {
    answer: (_request, response) => response.writeHead(403, { 'x-why': 'closed' }).end('not here'),
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)

  const answer = await answerOn(session.request(handshake))

  assert.deepEqual([answer.status, answer.fields['x-why'], answer.content], [403, 'closed', 'not here'])
})

test('an origin that has not read the handshake is no WebSocket', async (t) => {
  const origin = await startOrigin(t, host)
  origin.server.on('upgrade', (_request, socket: Duplex) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: no\r\n\r\n',
    )
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)

  const answer = await answerOn(session.request(handshake))

  assert.equal(answer.status, 502)
  assert.equal(JSON.parse(answer.content).error.code, 'cordon_origin_malformed')
})

test('a client of HTTP/1.1 has its WebSocket at an origin that speaks HTTP/2 alone', async (t) => {
  const seen: unknown[] = []
  const heard = Promise.withResolvers<Buffer>()
  const origin = await startHttp2Origin(
    t,
    host,
    (stream, fields) => {
      seen.push(fields[':method'], fields[':protocol'], fields['authorization'], fields['sec-websocket-key'])
      stream.respond({ ':status': 200 })
      stream.once('data', heard.resolve)
      stream.write(Buffer.from('\x81\x05hello', 'latin1'))
    },
    { settings: { enableConnectProtocol: true } },
  )
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const socket = await openIntercepted(t, cordon, origin.authority)
  const agent = Object.assign(new Agent(), { createConnection: () => socket })
  const client = new WebSocket(`ws://${host}:443/socket`, { agent, headers: { host } })
  t.after(() => client.terminate())

  const [message] = await once(client, 'message')
  client.send('back')
  const frame = await heard.promise

  assert.equal(String(message), 'hello')
  assert.deepEqual([frame[0], frame[1]], [0x81, 0x80 | 4])
  assert.deepEqual(seen, ['CONNECT', 'websocket', 'Bearer s3cret', undefined])
})
