import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import {
  exchangeRaw,
  openIntercepted,
  openSocket,
  proxyAuthorization,
  readAll,
  routeTo,
  send,
  startCordon,
  startOrigin,
  startRawOrigin,
} from '../world.ts'

const ask = (line: string, ...fields: string[]) =>
  `${line}\r\n${['Host: api.mailer.test', ...fields].join('\r\n')}\r\n\r\n`

/** Answers each request, told by its path, with the bytes of that name. */
const answering = (answers: Record<string, string>) => (socket: Socket) =>
  void socket.on('data', (bytes: Buffer) => {
    const name = /^[A-Z]+ \/(\S*)/.exec(String(bytes))?.[1] ?? ''
    const answer = answers[name] ?? ''
    if (/^connection: close/im.test(answer)) socket.end(answer, 'latin1')
    else socket.write(answer, 'latin1')
  })

test('RFC 9110 §8.6, §15.4.5: answers without content keep the length they tell of, and the next answer follows', async (t) => {
  const origin = await startRawOrigin(
    t,
    'api.mailer.test',
    answering({
      head: 'HTTP/1.1 200 OK\r\nContent-Length: 1234\r\nETag: "a"\r\n\r\n',
      chunked: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
      304: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 1234\r\nETag: "a"\r\n\r\n',
      204: 'HTTP/1.1 204 No Content\r\nX-Kept: yes\r\n\r\n',
      last: 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlast',
    }),
  )
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const socket = await openIntercepted(t, cordon, origin.authority)
  const all = readAll(socket)

  socket.write(
    [
      ask('HEAD /head HTTP/1.1'),
      ask('HEAD /chunked HTTP/1.1'),
      ask('GET /304 HTTP/1.1', 'If-None-Match: "a"'),
      ask('GET /204 HTTP/1.1'),
      ask('GET /last HTTP/1.1', 'Connection: close'),
    ].join(''),
  )

  assert.equal(
    String(await all),
    [
      'HTTP/1.1 200 OK\r\nContent-Length: 1234\r\nETag: "a"\r\nConnection: keep-alive\r\n\r\n',
      'HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n',
      'HTTP/1.1 304 Not Modified\r\nContent-Length: 1234\r\nETag: "a"\r\nConnection: keep-alive\r\n\r\n',
      'HTTP/1.1 204 No Content\r\nX-Kept: yes\r\nConnection: keep-alive\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nlast',
    ].join(''),
  )
})

test('RFC 9110 §5: fields keep their letters, their order and their number, and nothing is added', async (t) => {
  const answer =
    'HTTP/1.1 299 As You Like It\r\nset-cookie: a=1\r\nSET-Cookie: b=2; Path=/\r\nx-ODD: one\r\nSet-Cookie: c=3\r\nX-Odd:\r\nContent-Length: 0\r\n\r\n'
  const origin = await startRawOrigin(t, 'api.mailer.test', answering({ '': answer }))
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const socket = await openIntercepted(t, cordon, origin.authority)
  const all = readAll(socket)

  socket.write(ask('GET / HTTP/1.1', 'Connection: close'))

  assert.equal(
    String(await all).replace(/X-Odd: ?\r\n/, 'X-Odd:\r\n'),
    answer.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'),
  )
})

test("a request's fields arrive in their letters, their order and their number", async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })

  await send(t, cordon, origin.authority, 'GET /\nx-ODD: one\nX-odd: two\nCookie: a=1\ncookie: b=2\nACCEPT: */*')

  assert.deepEqual(origin.requests[0]?.rawFields, [
    ...['host', 'api.mailer.test', 'connection', 'keep-alive', 'x-ODD', 'one', 'X-odd', 'two'],
    ...['Cookie', 'a=1', 'cookie', 'b=2', 'ACCEPT', '*/*', 'Authorization', 'Bearer s3cret'],
  ])
})

test('RFC 9112 §9.3.2: a refusal in the middle of a pipeline stands in its place, and the rest is answered', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test', {
    answer: (request, response) => response.end(`answer to ${request.url}`),
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const socket = await openIntercepted(t, cordon, origin.authority)
  const all = readAll(socket)

  socket.write(
    [
      ask('GET /1 HTTP/1.1'),
      ask('TRACE /2 HTTP/1.1'),
      `${ask('POST /3 HTTP/1.1', 'Content-Length: 5')}hello`,
      ask('GET /4 HTTP/1.1', 'Connection: close'),
    ].join(''),
  )

  assert.deepEqual(String(await all).match(/answer to \/\d|cordon_method_refused/g), [
    'answer to /1',
    'cordon_method_refused',
    'answer to /3',
    'answer to /4',
  ])
})

test('RFC 9112 §9.6: Connection: close on one side is no matter of the other', async (t) => {
  const origin = await startRawOrigin(
    t,
    'api.mailer.test',
    answering({
      closing: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nfirst',
      endless: 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nsecond',
      '': 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nthird',
    }),
  )
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const socket = await openIntercepted(t, cordon, origin.authority)
  const all = readAll(socket)

  socket.write(ask('GET /closing HTTP/1.1') + ask('GET /endless HTTP/1.1') + ask('GET / HTTP/1.1'))
  socket.write(ask('GET / HTTP/1.1', 'Connection: close'))
  const text = String(await all)

  assert.match(text, /first.*6\r\nsecond\r\n0\r\n\r\n.*third.*Connection: close\r\n\r\nthird$/s)
  assert.equal(text.match(/Connection: close/g)?.length, 1)
})

test('RFC 9112 §2.3: a client of HTTP/1.0 gets no chunks, and stays only where it asks to', async (t) => {
  const origin = await startRawOrigin(
    t,
    'api.mailer.test',
    answering({
      chunked: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
      length: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
    }),
  )
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })

  const chunked = await exchangeRaw(await openIntercepted(t, cordon, origin.authority), 'GET /chunked HTTP/1.0\r\n\r\n')
  const kept = await openIntercepted(t, cordon, origin.authority)
  const all = readAll(kept)
  kept.write(`GET /length HTTP/1.0\r\nConnection: keep-alive\r\n\r\n`)
  kept.write(`GET /length HTTP/1.0\r\n\r\n`)

  assert.equal(chunked.fields['transfer-encoding'], undefined)
  assert.equal(chunked.content, 'hello')
  assert.equal(String(await all).match(/\r\n\r\nhello/g)?.length, 2)
})

test('RFC 9112 §3.2.4: OPTIONS * asks the origin as a whole, in a tunnel and in absolute-form', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const open = await startOrigin(t, 'open.mailer.test', { cleartext: true })
  const cordon = await startCordon(t, { routes: [routeTo(origin), routeTo(open, { ports: [80] })] })

  const inside = await send(t, cordon, origin.authority, 'OPTIONS *')
  for (const uri of ['http://open.mailer.test', 'http://open.mailer.test/'])
    await exchangeRaw(
      await openSocket(t, cordon.port),
      `OPTIONS ${uri} HTTP/1.1\r\nHost: open.mailer.test\r\nProxy-Authorization: ${proxyAuthorization(cordon)}\r\nConnection: close\r\n\r\n`,
    )

  assert.equal(inside.status, 200)
  assert.deepEqual(
    [...origin.requests, ...open.requests].map(({ method, target }) => `${method} ${target}`),
    ['OPTIONS *', 'OPTIONS *', 'OPTIONS /'],
  )
  assert.equal(origin.requests[0]?.fields['authorization'], 'Bearer s3cret')
})

test('a header section just below 64 KiB passes whole, one above is 431', async (t) => {
  const origin = await startRawOrigin(t, 'api.mailer.test', (socket) => {
    let length = 0
    socket.on('data', (bytes: Buffer) => {
      length += bytes.length
      if (bytes.includes('\r\n\r\n'))
        socket.write(`HTTP/1.1 200 OK\r\nX-Length: ${length}\r\nContent-Length: 0\r\n\r\n`)
    })
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })

  const below = await send(t, cordon, origin.authority, `GET /\nX-Long: ${'x'.repeat(65_000)}`)
  const above = await send(t, cordon, origin.authority, `GET /\nX-Long: ${'x'.repeat(66_000)}`)

  assert.equal(below.status, 200)
  assert.ok(Number(below.fields['x-length']) > 65_000)
  assert.equal(above.status, 431)
  assert.equal(JSON.parse(above.content).error.code, 'cordon_fields_too_large')
})
