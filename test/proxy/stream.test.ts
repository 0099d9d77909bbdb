import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { type Facts, silentLog } from '../../src/base/log.ts'
import {
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

/** Resolves once what the socket has sent so far ends with `text`. */
async function heard(socket: Socket, text: string, before = ''): Promise<string> {
  let all = before
  while (!all.includes(text)) {
    const [chunk] = await once(socket, 'data')
    all += chunk
  }
  return all
}

test('each event of a stream is with the client before the origin writes the next', async (t) => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<ServerResponse>()
  const origin = await startOrigin(t, 'api.mailer.test', {
    answer: (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      begin(response)
    },
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const socket = await openIntercepted(t, cordon, origin.authority)

  const head = heard(socket, '\r\n\r\n')
  socket.write(ask)
  assert.match(await head, /^HTTP\/1.1 200 OK\r\ncontent-type: text\/event-stream/)
  const response = await begun
  for (let i = 0; i < 100; i++) {
    const event = heard(socket, `data: ${i}\n\n`)
    response.write(`data: ${i}\n\n`)
    await event
  }
  const end = heard(socket, '0\r\n\r\n')
  response.end()

  assert.ok(await end)
})

test('each piece of a request is with the origin before the client writes the next', async (t) => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<IncomingMessage>()
  const origin = await startOrigin(t, 'api.mailer.test')
  origin.server.prependListener('request', begin)
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const socket = await openIntercepted(t, cordon, origin.authority)

  socket.write('POST / HTTP/1.1\r\nHost: api.mailer.test\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n')
  const request = await begun
  for (let i = 0; i < 100; i++) {
    const piece = once(request, 'data')
    socket.write('1\r\nb\r\n')
    assert.match(String((await piece)[0]), /^a?b$|^a$/)
  }
  const answer = heard(socket, '{"ok":true}')
  socket.write('0\r\n\r\n')

  assert.match(await answer, /^HTTP\/1.1 200/)
  assert.equal(origin.requests[0]?.content, `a${'b'.repeat(100)}`)
})

test('a client that does not read stops its origin', async (t) => {
  const piece = Buffer.alloc(64 * 1024)
  let written = 0
  const { promise: stalled, resolve: stall } = Promise.withResolvers<void>()
  const origin = await startOrigin(t, 'api.mailer.test', {
    answer: (_request, response) => {
      const write = () => {
        while (response.write(piece)) written += piece.length
        written += piece.length
        // That nothing more happens can only be seen by waiting for it.
        const timer = setTimeout(stall, 300)
        response.once('drain', () => {
          clearTimeout(timer)
          if (written < 200_000_000) write()
        })
      }
      write()
    },
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const socket = await openIntercepted(t, cordon, origin.authority)
  socket.pause()

  socket.write(ask)
  await stalled

  assert.ok(written < 32 * 1024 * 1024, `the origin could write ${written} bytes`)
})

test('an origin that does not read stops its client', async (t) => {
  const origin = await startRawOrigin(t, 'api.mailer.test', (socket) => socket.pause())
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const socket = await openIntercepted(t, cordon, origin.authority)
  const piece = Buffer.alloc(64 * 1024)
  let written = 0
  const { promise: stalled, resolve: stall } = Promise.withResolvers<void>()
  const write = () => {
    while (socket.write(piece)) written += piece.length
    const timer = setTimeout(stall, 300)
    socket.once('drain', () => {
      clearTimeout(timer)
      if (written < 200_000_000) write()
    })
  }

  socket.write('POST / HTTP/1.1\r\nHost: api.mailer.test\r\nContent-Length: 1000000000\r\n\r\n')
  write()
  await stalled

  assert.ok(written < 32 * 1024 * 1024, `the client could write ${written} bytes`)
})

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
