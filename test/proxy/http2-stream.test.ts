import assert from 'node:assert/strict'
import { once } from 'node:events'
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { routeTo, startCordon, startOrigin, startRawOrigin } from '../world.ts'
import { answerOn, ask, openHttp2, startHttp2Origin } from './http2-world.ts'

const host = 'api.mailer.test'
const needsHttp2 = { te: 'trailers' }
/** Node ends a stream before it resets it, and the peer has a whole message then; not one that waits for its trailers. */
const cutting = { waitForTrailers: true }
const chunk = Buffer.alloc(65_536)

test('a client that does not read one stream stops the origin of that stream and of no other', async (t) => {
  const written = new Map<string, number>()
  const origin = await startOrigin(t, host, {
    answer: (request, response) => {
      const path = request.url ?? ''
      const more = () => {
        while ((written.get(path) ?? 0) < 64 * 1024 * 1024) {
          written.set(path, (written.get(path) ?? 0) + chunk.length)
          if (!response.write(chunk)) return void response.once('drain', more)
        }
        response.end()
      }
      more()
    },
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)

  const unread = session.request({ ':path': '/unread' })
  await once(unread, 'response')
  const { content } = await ask(session, { ':path': '/read' })

  assert.equal(content.length, 64 * 1024 * 1024)
  const atStop = written.get('/unread') ?? 0
  assert.ok(atStop < 32 * 1024 * 1024, `the origin wrote ${atStop} bytes that nobody reads`)
  unread.close(constants.NGHTTP2_CANCEL)
})

test('an origin that does not read one upload stops that stream and no other', async (t) => {
  const origin = await startHttp2Origin(t, host, (stream, fields) => {
    if (fields[':path'] === '/unread') return void stream.pause()
    stream.resume().on('end', () => stream.respond({ ':status': 200 }, { endStream: true }))
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)
  const upload = (path: string) => {
    const stream = session.request({ ':method': 'POST', ':path': path, ...needsHttp2 })
    stream.on('error', () => {})
    return stream
  }

  const stuck = upload('/unread')
  let taken = 0
  const more = () => {
    while (stuck.write(chunk)) taken += chunk.length
    taken += chunk.length
  }
  stuck.on('drain', more)
  more()
  const free = upload('/read')
  for (let sent = 0; sent < 32 * 1024 * 1024; sent += chunk.length) if (!free.write(chunk)) await once(free, 'drain')
  free.end()

  assert.equal((await answerOn(free)).status, 200)
  assert.ok(taken < 8 * 1024 * 1024, `${taken} bytes were taken that nobody reads`)
  stuck.close(constants.NGHTTP2_CANCEL)
})

test('RST_STREAM of a client takes its request back from the origin, and the other streams go on', async (t) => {
  for (const speaks of ['http/1.1', 'h2'] as const) {
    const closed = Promise.withResolvers<void>()
    const origin =
      speaks === 'h2'
        ? await startHttp2Origin(t, host, (stream, fields) => {
            if (fields[':path'] === '/other') return stream.respond({ ':status': 200 }, { endStream: true })
            stream.once('aborted', closed.resolve)
            stream.respond({ ':status': 200 })
            stream.write('begun')
          })
        : await startOrigin(t, host, {
            answer: (request, response) => {
              if (request.url === '/other') return void response.end()
              response.once('close', closed.resolve)
              response.write('begun')
            },
          })
    const cordon = await startCordon(t, { routes: [routeTo(origin)] })
    const session = await openHttp2(t, cordon, origin.authority)
    const stream = session.request({ ':path': '/', ...needsHttp2 })
    await once(stream, 'data')

    stream.close(constants.NGHTTP2_CANCEL)
    await closed.promise

    assert.equal((await ask(session, { ':path': '/other' })).status, 200)
  }
})

test('a client that resets its stream in mid-content leaves no whole request at the origin, whatever code it gives', async (t) => {
  for (const code of [constants.NGHTTP2_CANCEL, constants.NGHTTP2_NO_ERROR])
    for (const speaks of ['http/1.1', 'h2'] as const) {
      const broken = Promise.withResolvers<string>()
      const origin =
        speaks === 'h2'
          ? await startHttp2Origin(t, host, (stream) => {
              stream.once('aborted', () => broken.resolve('aborted')).once('end', () => broken.resolve('ended'))
              stream.resume()
            })
          : await startRawOrigin(t, host, (socket) => {
              let bytes = ''
              socket.on('data', (piece: Buffer) => {
                bytes += piece
              })
              socket.once('close', () => broken.resolve(bytes.endsWith('0\r\n\r\n') ? 'ended' : 'aborted'))
            })
      const cordon = await startCordon(t, { routes: [routeTo(origin)] })
      const session = await openHttp2(t, cordon, origin.authority)
      const stream = session.request({ ':method': 'POST', ...(speaks === 'h2' ? needsHttp2 : {}) }, cutting)
      stream.on('error', () => {})
      stream.write('begun')
      await begun(cordon, origin)

      stream.close(code)

      assert.equal(await broken.promise, 'aborted', `${speaks} ${code}`)
    }
})

/** Waits until the origin has a connection: the request is on it then, or will be in the same turn. */
async function begun(_cordon: unknown, origin: { sessions?: unknown[]; received?: () => number }): Promise<void> {
  while ((origin.received?.() ?? origin.sessions?.length ?? 0) === 0) await new Promise((done) => setTimeout(done, 5))
}

test('an answer that its origin cuts short is RST_STREAM and never looks whole', async (t) => {
  const reset = (speaks: string) => (stream: ServerHttp2Stream) => {
    stream.respond({ ':status': 200 }, cutting)
    stream.write('half', () =>
      stream.close(speaks === 'quiet' ? constants.NGHTTP2_NO_ERROR : constants.NGHTTP2_REFUSED_STREAM),
    )
  }
  const serve = (head: string) => (socket: Socket) =>
    void socket.once('data', () =>
      socket.write(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n4\r\nhalf\r\n`, () => socket.destroy()),
    )
  const origins = [
    () => startHttp2Origin(t, host, reset('loud')),
    () => startHttp2Origin(t, host, reset('quiet')),
    () => startRawOrigin(t, host, serve('Transfer-Encoding: chunked')),
    () => startRawOrigin(t, host, serve('Content-Length: 100')),
  ]

  for (const [i, start] of origins.entries()) {
    const origin = await start()
    const cordon = await startCordon(t, { routes: [routeTo(origin)] })
    const session = await openHttp2(t, cordon, origin.authority)
    const stream = session.request({ ...(i < 2 ? needsHttp2 : {}) })
    await assert.rejects(answerOn(stream), `${i}: ${stream.rstCode}`)
    assert.equal(stream.rstCode, constants.NGHTTP2_INTERNAL_ERROR, String(i))
    assert.equal(session.destroyed, false)
  }
})

test('an answer that has no form in HTTP/2 resets its stream, and the session goes on', async (t) => {
  const origin = await startRawOrigin(t, host, (socket) => {
    socket.on('data', (bytes: Buffer) => {
      const status = bytes.includes('/odd') ? '999 Denied' : '200 OK'
      const length = bytes.includes('/silent') ? '' : 'Content-Length: 2\r\n\r\nok'
      socket.write(`HTTP/1.1 ${status}\r\n${length || 'Content-Length: 2\r\n\r\n'}`)
    })
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)

  for (const path of ['/odd', '/odd/silent']) {
    const stream = session.request({ ':path': path })
    await assert.rejects(answerOn(stream))
    assert.equal(stream.rstCode, constants.NGHTTP2_INTERNAL_ERROR)
  }

  assert.equal((await ask(session, { ':path': '/' })).content, 'ok')
})

test('an answer of the length that was announced is whole, although its origin resets the stream after it', async (t) => {
  const origin = await startHttp2Origin(t, host, (stream) => {
    stream.respond({ ':status': 200, 'content-length': 4 }, cutting)
    stream.write('full', () => stream.close(constants.NGHTTP2_NO_ERROR))
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)

  const { content } = await ask(session, needsHttp2)

  assert.equal(content, 'full')
})

test('a slow client has all of a long answer, and its stream is ended and not reset', async (t) => {
  const total = 16 * 1024 * 1024
  const origin = await startOrigin(t, host, { answer: (_request, response) => response.end(Buffer.alloc(total)) })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)
  let received = 0
  let isEnded = false

  const stream = session.request({})
  const push = stream.push
  // The one moment that tells END_STREAM from a stream that was reset without an error.
  stream.push = (piece, encoding) => {
    isEnded ||= piece === null && !stream.closed
    return push.call(stream, piece, encoding)
  }
  for await (const piece of stream) {
    received += piece.length
    await new Promise(setImmediate)
  }

  assert.equal(received, total)
  assert.equal(isEnded, true)
})

test('interim answers and trailers pass between HTTP/2 and HTTP/2', async (t) => {
  let atOrigin: IncomingHttpHeaders = {}
  const origin = await startHttp2Origin(t, host, (stream) => {
    stream.additionalHeaders({ ':status': 103, link: '</style.css>; rel=preload' })
    stream.on('trailers', (fields: IncomingHttpHeaders) => {
      atOrigin = fields
    })
    stream.resume().on('end', () => {
      stream.respond({ ':status': 200 }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': ['1', '2'] }))
      stream.end('content')
    })
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)
  const stream = session.request({ ':method': 'POST', ...needsHttp2 }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ 'x-checksum': 'abc' }))
  const interim = once(stream, 'headers')

  stream.end('content')
  const answer = await answerOn(stream)

  const [early] = await interim
  assert.deepEqual([early[':status'], early['link']], [103, '</style.css>; rel=preload'])
  assert.equal(atOrigin['x-checksum'], 'abc')
  assert.equal(answer.trailers['x-sum'], '1, 2')
})

test('interim answers and trailers of HTTP/1.1 pass to HTTP/2', async (t) => {
  const origin = await startOrigin(t, host, {
    answer: (_request, response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' })
      response.writeHead(200, { trailer: 'x-sum' })
      response.write('content')
      response.addTrailers({ 'x-sum': '12' })
      response.end()
    },
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)
  const stream = session.request({})
  const interim = once(stream, 'headers')

  const answer = await answerOn(stream)

  assert.equal((await interim)[0][':status'], 103)
  assert.equal(answer.content, 'content')
  assert.equal(answer.trailers['x-sum'], '12')
})

test('both directions of one stream flow at once', async (t) => {
  const origin = await startHttp2Origin(t, host, (stream) => {
    stream.respond({ ':status': 200 })
    stream.pipe(stream)
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)
  const stream = session.request({ ':method': 'POST', ...needsHttp2 })
  const heard = once(stream, 'response')

  const [fields] = await heard
  for (const word of ['one', 'two', 'three']) {
    const echo = once(stream, 'data')
    stream.write(word)
    assert.equal(String((await echo)[0]), word)
  }
  stream.end()
  await once(stream.resume(), 'end')

  assert.equal(fields[':status'], 200)
})

test('an answer that is whole before its request tells the client to stop, without error', async (t) => {
  for (const fields of [{}, needsHttp2]) {
    const answer = (stream: ServerHttp2Stream) => {
      stream.respond({ ':status': 413 })
      stream.end('large')
    }
    const origin = await startHttp2Origin(t, host, answer)
    const cordon = await startCordon(t, { routes: [routeTo(origin)] })
    const session = await openHttp2(t, cordon, origin.authority)
    const stream = session.request({ ':method': 'POST', ...fields })
    const answered = answerOn(stream)

    stream.write('begun')
    const { status, content } = await answered

    assert.deepEqual([status, content], [413, 'large'])
    assert.equal(stream.rstCode, constants.NGHTTP2_NO_ERROR)
  }
})
