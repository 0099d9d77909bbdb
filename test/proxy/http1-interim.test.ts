import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import {
  exchangeRaw,
  openIntercepted,
  parseAnswer,
  readAll,
  readHead,
  routeTo,
  startCordon,
  startOrigin,
  startRawOrigin,
} from '../world.ts'

const expecting =
  'POST / HTTP/1.1\r\nHost: api.mailer.test\r\nExpect: 100-continue\r\nContent-Length: 5\r\nConnection: close\r\n\r\n'

/** An origin that answers each request head with these bytes. */
const answering = (bytes: string) => (socket: Socket) => void socket.once('data', () => socket.write(bytes, 'latin1'))

test('RFC 9110 §15.2: interim answers reach the client before the final one, but none of HTTP/1.0', async (t) => {
  const origin = await startRawOrigin(
    t,
    'api.mailer.test',
    answering(
      'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nLink: </b>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
    ),
  )
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const ask = (version: string) => `GET / HTTP/${version}\r\nHost: api.mailer.test\r\nConnection: close\r\n\r\n`

  const socket = await openIntercepted(t, cordon, origin.authority)
  const all = readAll(socket)
  socket.write(ask('1.1'))
  const old = await exchangeRaw(await openIntercepted(t, cordon, origin.authority), ask('1.0'))

  assert.equal(
    String(await all),
    'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nLink: </b>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok',
  )
  assert.equal(old.status, 200)
  assert.equal(old.content, 'ok')
})

test('RFC 9110 §10.1.1: a client that waits for 100 gets it, and its content goes on', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const socket = await openIntercepted(t, cordon, origin.authority)

  socket.write(expecting)
  const interim = await readHead(socket)
  const rest = readAll(socket)
  socket.write('hello')

  assert.equal(interim, 'HTTP/1.1 100 Continue\r\n\r\n')
  assert.equal(parseAnswer(await rest).status, 200)
  assert.equal(origin.requests[0]?.content, 'hello')
})

test('a request that is refused gets its answer and no 100 before it', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(origin, { value: undefined })] })

  const answer = await exchangeRaw(await openIntercepted(t, cordon, origin.authority), expecting)

  assert.equal(answer.status, 400)
  assert.equal(answer.fields['connection'], 'close')
  assert.equal(JSON.parse(answer.content).error.code, 'cordon_secret_missing')
  assert.equal(origin.received(), 0)
})
