import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import {
  exchangeRaw,
  openIntercepted,
  parseAnswer,
  readAll,
  readHead,
  routeTo,
  send,
  startCordon,
  startOrigin,
  startRawOrigin,
} from '../world.ts'

const host = 'Host: api.mailer.test'

test('RFC 9112 §7.1: chunk extensions end here, trailers go on, both ways', async (t) => {
  const seen: string[] = []
  const origin = await startRawOrigin(t, 'api.mailer.test', (socket) => {
    let bytes = ''
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.toString('latin1')
      if (!bytes.endsWith('\r\n0\r\nX-Sum: 5\r\n\r\n')) return
      seen.push(bytes)
      socket.write(
        'HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nhi\r\n0;z\r\nX-Sum: 2\r\nX-sum: caf\xe9\r\n\r\n',
        'latin1',
      )
    })
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const socket = await openIntercepted(t, cordon, origin.authority)
  const all = readAll(socket)

  socket.write(
    `POST / HTTP/1.1\r\n${host}\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\nConnection: close\r\n\r\n5;a="b c"\r\nhello\r\n0;x\r\nX-Sum: 5\r\n\r\n`,
  )
  const text = (await all).toString('latin1')

  assert.match(text, /\r\n2\r\nhi\r\n0\r\nX-Sum: 2\r\nX-sum: caf\xe9\r\n\r\n$/)
  assert.match(seen[0] ?? '', /\r\n5\r\nhello\r\n0\r\nX-Sum: 5\r\n\r\n$/)
  assert.match(seen[0] ?? '', /\r\nTrailer: X-Sum\r\n/)
  assert.match(seen[0] ?? '', /\r\nAuthorization: Bearer s3cret\r\n/)
})

test('RFC 9110 §6.5.1: an unannounced trailer may end here, and its content is whole', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const socket = await openIntercepted(t, cordon, origin.authority)

  const { status } = await exchangeRaw(
    socket,
    `POST / HTTP/1.1\r\n${host}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 5\r\n\r\n`,
  )

  assert.equal(status, 200)
  assert.equal(origin.requests[0]?.content, 'hello')
})

test('RFC 9110 §10.1.4: a client that takes trailers says so to the origin too', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })

  await send(t, cordon, origin.authority, 'GET /\nTE: gzip;q=0.5, trailers\nConnection: TE')

  assert.equal(origin.requests[0]?.fields['te'], 'trailers')
  assert.equal(origin.requests[0]?.fields['connection'], 'close, TE')
  assert.equal(origin.requests[0]?.fields['authorization'], 'Bearer s3cret')
})

test('the head of a request is with its origin although no content comes yet', async (t) => {
  const heard = Promise.withResolvers<string>()
  const origin = await startRawOrigin(t, 'api.mailer.test', (socket: Socket) => {
    socket.once('data', (bytes: Buffer) => {
      heard.resolve(String(bytes))
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nready\r\n')
      socket.on('data', (more: Buffer) => {
        if (String(more).includes('0\r\n\r\n')) socket.write('4\r\ndone\r\n0\r\n\r\n')
      })
    })
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })

  for (const framing of ['Transfer-Encoding: chunked', 'Content-Length: 5']) {
    const socket = await openIntercepted(t, cordon, origin.authority)
    socket.write(`POST / HTTP/1.1\r\n${host}\r\n${framing}\r\n\r\n`)

    assert.match(await heard.promise, /^POST \/ HTTP\/1.1\r\n/)
    assert.match(await readHead(socket), /^HTTP\/1.1 200 OK\r\n/)
    if (framing === 'Content-Length: 5') continue
    const [ready] = await once(socket, 'data')
    assert.match(String(ready), /ready/)
    socket.write('1\r\na\r\n0\r\n\r\n')
    let rest = ''
    while (!rest.includes('0\r\n\r\n')) rest += String((await once(socket, 'data'))[0])
    assert.match(rest, /done/)
  }
})

test('content codings are untouched, and so are the lengths they were given', async (t) => {
  const plain = Buffer.alloc(50_000, 'some text ')
  const coded = { gzip: gzipSync(plain), br: brotliCompressSync(plain), zstd: zstdCompressSync(plain) }
  const origin = await startOrigin(t, 'api.mailer.test', {
    answer: (request, response, content) => {
      const coding = request.headers['content-encoding'] as keyof typeof coded
      assert.deepEqual(Buffer.from(content, 'latin1'), coded[coding])
      response.writeHead(200, { 'Content-Encoding': coding, 'Content-Length': coded[coding].length }).end(coded[coding])
    },
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })

  for (const [coding, bytes] of Object.entries(coded)) {
    const socket = await openIntercepted(t, cordon, origin.authority)
    const all = readAll(socket)
    socket.write(
      `POST / HTTP/1.1\r\n${host}\r\nContent-Encoding: ${coding}\r\nContent-Length: ${bytes.length}\r\nConnection: close\r\n\r\n`,
    )
    socket.write(bytes)
    const { fields, content } = parseAnswer(await all)

    assert.equal(fields['content-encoding'], coding)
    assert.equal(fields['content-length'], String(bytes.length))
    assert.deepEqual(Buffer.from(content, 'latin1'), bytes)
  }
})
