import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { test } from 'node:test'
import { heard, openIntercepted, routeTo, startCordon, startOrigin, startRawOrigin } from '../world.ts'

const ask = 'GET / HTTP/1.1\r\nHost: api.mailer.test\r\n\r\n'

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
