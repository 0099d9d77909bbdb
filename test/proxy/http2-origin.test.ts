import assert from 'node:assert/strict'
import { once } from 'node:events'
import { constants, type ServerHttp2Stream } from 'node:http2'
import { test } from 'node:test'
import { exchangeRaw, openIntercepted, type Proof, readHead, routeTo, startCordon, startOrigin } from '../world.ts'
import { answerOn, ask, openHttp2, startHttp2Origin } from './http2-world.ts'

const host = 'api.mailer.test'
const needsHttp2 = { te: 'trailers' }
const ok = (stream: ServerHttp2Stream) => {
  stream.respond({ ':status': 200 })
  stream.end('ok')
}

test('an origin that speaks both is asked by HTTP/1.1, and by HTTP/2 for what needs it', async (t) => {
  const seen: string[] = []
  const origin = await startHttp2Origin(
    t,
    host,
    (stream, fields) => {
      seen.push(`h2 ${fields[':path']} ${fields['te']}`)
      ok(stream)
    },
    { allowHTTP1: true },
  )
  origin.server.on('request', (request, response) => {
    if (request.httpVersion !== '1.1') return
    seen.push(`http/1.1 ${request.url}`)
    response.end('ok')
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)

  await ask(session, { ':path': '/plain' })
  await ask(session, { ':path': '/trailers', ...needsHttp2 })
  await ask(session, { ':path': '/grpc', 'content-type': 'application/grpc+proto' })
  await ask(session, { ':path': '/grpc-web', 'content-type': 'application/grpc-web' })

  assert.deepEqual(seen, ['http/1.1 /plain', 'h2 /trailers trailers', 'h2 /grpc trailers', 'http/1.1 /grpc-web'])
})

test('an origin without HTTP/2 gets by HTTP/1.1 what would rather have the other', async (t) => {
  const origin = await startOrigin(t, host)
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)
  const post = () => {
    const stream = session.request({ ':method': 'POST', ...needsHttp2 })
    stream.end('content')
    return answerOn(stream)
  }

  const answers = [await post(), await post()]

  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200],
  )
  assert.deepEqual(
    origin.requests.map(({ content, fields }) => [content, fields['authorization']]),
    [
      ['content', 'Bearer s3cret'],
      ['content', 'Bearer s3cret'],
    ],
  )
})

test('a client of HTTP/1.1 is carried to an origin that speaks HTTP/2 alone', async (t) => {
  const origin = await startHttp2Origin(t, host, (stream, fields) => {
    stream.respond({ ':status': 200, 'x-method': String(fields[':method']) })
    stream.pipe(stream)
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })

  for (const framing of [
    'Content-Length: 7\r\n\r\ncontent',
    'Transfer-Encoding: chunked\r\n\r\n7\r\ncontent\r\n0\r\n\r\n',
  ]) {
    const socket = await openIntercepted(t, cordon, origin.authority)
    const answer = await exchangeRaw(socket, `POST / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${framing}`)
    assert.deepEqual([answer.status, answer.fields['x-method'], answer.content], [200, 'POST', 'content'])
  }

  assert.equal(origin.sessions.length, 1)
})

test('so is one that waits for 100, or sends trailers, as the first of all', async (t) => {
  const trailers: unknown[] = []
  const origin = await startHttp2Origin(t, host, (stream) => {
    stream.on('trailers', (fields) => trailers.push(fields['x-sum']))
    stream.resume().on('end', () => ok(stream))
  })
  const head = `POST / HTTP/1.1\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n`
  const content = '7\r\ncontent\r\n0\r\nX-Sum: 12\r\n\r\n'

  const first = await startCordon(t, { routes: [routeTo(origin)] })
  const waiting = await openIntercepted(t, first, origin.authority)
  waiting.write(`${head}Expect: 100-continue\r\n\r\n`)
  assert.match(await readHead(waiting), /^HTTP\/1\.1 100 /)
  const answer = await exchangeRaw(waiting, content)
  const second = await startCordon(t, { routes: [routeTo(origin)] })
  const announcing = await openIntercepted(t, second, origin.authority)
  const other = await exchangeRaw(announcing, `${head}Trailer: X-Sum\r\n\r\n${content}`)

  assert.deepEqual([answer.status, other.status], [200, 200])
  assert.deepEqual(trailers, ['12', '12'])
})

test('a client of HTTP/2 that waits for 100 hears it, and its trailers reach an origin of either version', async (t) => {
  const seen: string[] = []
  const origins = [
    await startHttp2Origin(t, host, (stream) => {
      stream.on('trailers', (fields) => seen.push(String(fields['x-sum'])))
      stream.resume().on('end', () => ok(stream))
    }),
    await startOrigin(t, host, {
      answer: (request, response, content) => {
        seen.push(`${content} ${request.trailers['x-sum']}`)
        response.end()
      },
    }),
  ]

  for (const origin of origins) {
    const cordon = await startCordon(t, { routes: [routeTo(origin)] })
    const session = await openHttp2(t, cordon, origin.authority)
    const stream = session.request(
      { ':method': 'POST', expect: '100-continue', trailer: 'x-sum' },
      { waitForTrailers: true },
    )
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '12' }))
    await once(stream, 'continue')
    stream.end('content')
    assert.equal((await answerOn(stream)).status, 200)
  }

  assert.deepEqual(seen, ['12', 'content 12'])
})

test('an origin of HTTP/2 that does not prove its name sees no stream', async (t) => {
  for (const proof of ['wrong-name', 'expired', 'unknown-issuer'] satisfies Proof[]) {
    let streams = 0
    const origin = await startHttp2Origin(t, host, () => (streams += 1), { proof })
    const cordon = await startCordon(t, { routes: [routeTo(origin)] })
    const session = await openHttp2(t, cordon, origin.authority)

    const answer = await ask(session, needsHttp2)

    assert.deepEqual([answer.status, JSON.parse(answer.content).error.code], [502, 'cordon_origin_untrusted'])
    assert.equal(streams, 0)
    assert.equal(origin.sessions.length, 0)
  }
})

test('clients share one connection to their origin, and no more streams are opened on it than it takes', async (t) => {
  let open = 0
  let most = 0
  const origin = await startHttp2Origin(
    t,
    host,
    (stream) => {
      open += 1
      most = Math.max(most, open)
      stream.once('close', () => (open -= 1))
      setImmediate(() => ok(stream))
    },
    { settings: { maxConcurrentStreams: 10 } },
  )
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const sessions = [await openHttp2(t, cordon, origin.authority), await openHttp2(t, cordon, origin.authority)]

  await Promise.all(sessions.map((session) => ask(session, needsHttp2)))
  assert.equal(origin.sessions.length, 1)
  const all = sessions.flatMap((session) => Array.from({ length: 30 }, () => ask(session, needsHttp2)))
  const answers = await Promise.all(all)

  assert.ok(answers.every(({ status, content }) => status === 200 && content === 'ok'))
  assert.ok(origin.sessions.length > 1 && origin.sessions.length <= 6, `${origin.sessions.length} connections`)
})

test('GOAWAY ends a connection to the origin after its streams, and the next request has a new one', async (t) => {
  const held: ServerHttp2Stream[] = []
  const origin = await startHttp2Origin(t, host, (stream, fields) => {
    if (fields[':path'] === '/held') held.push(stream)
    else ok(stream)
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)
  const slow = ask(session, { ':path': '/held', ...needsHttp2 })
  await ask(session, needsHttp2)
  const [first] = origin.sessions
  assert.ok(first)

  first.close()
  await new Promise((done) => first.ping(() => done(undefined)))
  const next = await ask(session, needsHttp2)
  for (const stream of held) ok(stream)

  assert.equal(next.status, 200)
  assert.equal((await slow).content, 'ok')
  assert.equal(origin.sessions.length, 2)
})

test('a connection to the origin that died is replaced, and a stream on it is told by what it was', async (t) => {
  const origin = await startHttp2Origin(t, host, (stream, fields) => {
    if (fields[':path'] === '/dies') stream.session?.destroy()
    else ok(stream)
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)

  const dies = await ask(session, { ':path': '/dies', ...needsHttp2 })
  const next = await ask(session, needsHttp2)

  assert.equal(dies.status, 502)
  assert.equal(JSON.parse(dies.content).error.code, 'cordon_origin_closed')
  assert.equal(next.status, 200)
})

test('a stream that its origin refused unseen is sent once more, with its content and its trailers (RFC 9113 §8.7)', async (t) => {
  let times = 0
  const contents: string[] = []
  const trailers: unknown[] = []
  const origin = await startHttp2Origin(t, host, (stream) => {
    times += 1
    if (times % 2 === 1) return stream.close(constants.NGHTTP2_REFUSED_STREAM)
    stream.on('data', (piece: Buffer) => contents.push(String(piece)))
    stream.on('trailers', (fields) => trailers.push(fields['x-sum']))
    stream.on('end', () => ok(stream))
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)

  const without = await ask(session, needsHttp2)
  const stream = session.request({ ':method': 'POST', ...needsHttp2 }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '7' }))
  stream.write('con')
  setImmediate(() => stream.end('tent'))
  const withContent = await answerOn(stream)

  assert.deepEqual([without.status, withContent.status], [200, 200])
  assert.equal(contents.join(''), 'content')
  assert.deepEqual(trailers, ['7'])
  assert.equal(times, 4)
})

test('a stream that its origin refuses again and again is given up', async (t) => {
  let times = 0
  const origin = await startHttp2Origin(t, host, (stream) => {
    times += 1
    stream.close(constants.NGHTTP2_REFUSED_STREAM)
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)

  const { status } = await ask(session, needsHttp2)

  assert.equal(status, 502)
  assert.equal(times, 2)
})

test('a stop sends GOAWAY, lets open streams end, and then closes', async (t) => {
  const held = Promise.withResolvers<ServerHttp2Stream>()
  const origin = await startHttp2Origin(t, host, (stream) => held.resolve(stream))
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)
  const idle = await openHttp2(t, cordon, origin.authority)
  const answer = ask(session, needsHttp2)
  const stream = await held.promise
  const heard = [once(session, 'goaway'), once(idle, 'goaway')]

  const stopped = cordon.proxy.close(60_000)
  const codes = (await Promise.all(heard)).map(([code]) => code)
  ok(stream)

  assert.deepEqual(codes, [constants.NGHTTP2_NO_ERROR, constants.NGHTTP2_NO_ERROR])
  assert.equal((await answer).content, 'ok')
  await stopped
})
