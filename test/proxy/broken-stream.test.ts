import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { type Facts, silentLog } from '../../src/base/log.ts'
import {
  heard,
  openIntercepted,
  openSocket,
  parseAnswer,
  proxyAuthorization,
  readAll,
  routeTo,
  send,
  startCordon,
  startOrigin,
  startRawOrigin,
} from '../world.ts'

const ask = 'GET / HTTP/1.1\r\nHost: api.mailer.test\r\n\r\n'

test('a client that leaves in mid-stream takes its request back from the origin', async (t) => {
  const { promise: closed, resolve: close } = Promise.withResolvers<void>()
  const origin = await startOrigin(t, 'api.mailer.test', {
    answer: (_request, response) => {
      response.once('close', close)
      response.write('begun')
    },
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const socket = await openIntercepted(t, cordon, origin.authority)

  const begun = heard(socket, 'begun')
  socket.write(ask)
  await begun
  socket.destroy()

  await closed
})

test('a client that leaves before its answer is told of in the log, and its origin is not blamed', async (t) => {
  const asked = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<void>()
  const logged = Promise.withResolvers<unknown>()
  const origin = await startOrigin(t, 'api.mailer.test', {
    answer: (_request, response) => {
      response.once('close', closed.resolve)
      asked.resolve()
    },
  })
  const log = { ...silentLog, warn: (facts: Facts) => logged.resolve(facts['code']) }
  const cordon = await startCordon(t, { routes: [routeTo(origin)], values: { log } })
  const socket = await openIntercepted(t, cordon, origin.authority)

  socket.write(ask)
  await asked.promise
  socket.destroy()
  await closed.promise

  assert.equal(await logged.promise, 'client_left')
})

test('a client that leaves while its content is under way leaves no whole request at the origin', async (t) => {
  let begun = Promise.withResolvers<IncomingMessage>()
  const origin = await startOrigin(t, 'api.mailer.test')
  origin.server.prependListener('request', (request: IncomingMessage) => begun.resolve(request))
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })

  for (const length of ['Content-Length: 10', 'Transfer-Encoding: chunked']) {
    begun = Promise.withResolvers()
    const socket = await openIntercepted(t, cordon, origin.authority)
    socket.write(`POST / HTTP/1.1\r\nHost: api.mailer.test\r\n${length}\r\n\r\n3\r\nabc\r\n`)
    const request = await begun.promise
    const closed = new Promise((done) => request.once('close', done).on('error', () => {}))
    socket.destroy()
    if (!request.destroyed) await closed
    assert.equal(request.complete, false)
  }

  assert.deepEqual(origin.requests, [])
})

test('an answer that its origin cuts short never looks whole', async (t) => {
  const framings = ['Content-Length: 1000', 'Transfer-Encoding: chunked', 'Connection: close']

  for (const framing of framings) {
    let reset = () => {}
    const serve = (socket: Socket) => {
      socket.once('data', () => socket.write(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n5\r\nhello\r\n`))
      reset = () => socket.resetAndDestroy()
    }
    const origin = await startRawOrigin(t, 'api.mailer.test', serve, { cleartext: true })
    const cordon = await startCordon(t, { routes: [routeTo(origin, { ports: [80] })] })
    const socket = await openSocket(t, cordon.port)
    const all = readAll(socket)
    const begun = heard(socket, 'hello')
    socket.write(
      `GET http://api.mailer.test/ HTTP/1.1\r\nHost: api.mailer.test\r\nProxy-Authorization: ${proxyAuthorization(cordon)}\r\n\r\n`,
    )
    await begun
    reset()
    const { status, fields } = parseAnswer(await all)

    assert.equal(status, 200)
    assert.equal(fields['content-length'], framing.startsWith('Content-Length') ? '1000' : undefined)
    assert.equal(fields['content-length'] ?? fields['transfer-encoding'], framing.includes('1000') ? '1000' : 'chunked')
    assert.equal(String(await all).endsWith('\r\n0\r\n\r\n'), false, framing)
  }
})

test('an origin may answer before it has read the content, and its answer comes whole', async (t) => {
  const origin = await startRawOrigin(t, 'api.mailer.test', (socket) => {
    socket.once('data', () =>
      socket.end('HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\nConnection: close\r\n\r\nlarge'),
    )
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })

  const answer = await send(t, cordon, origin.authority, 'POST /', 'x'.repeat(1_000_000))

  assert.equal(answer.status, 413)
  assert.equal(answer.content, 'large')
})
