import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routeTo, startCordon, startOrigin } from '../world.ts'
import { answerOn, ask, openHttp2, startHttp2Origin } from './http2-world.ts'

const host = 'api.mailer.test'

test('a request of HTTP/2 gets its credential and goes to an origin of HTTP/1.1', async (t) => {
  const origin = await startOrigin(t, host, {
    answer: (_request, response) => {
      response.writeHead(201, [
        'Content-Type',
        'text/plain',
        'Set-Cookie',
        'a=1',
        'set-cookie',
        'b=2',
        'ETag',
        'x',
        'etag',
        'y',
      ])
      response.end('made')
    },
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)

  const stream = session.request({
    ':method': 'POST',
    ':path': '/v1/mails?to=all',
    authorization: 'Bearer mine',
    cookie: ['one=1', 'two=2'],
    'x-odd': 'café',
  })
  stream.end('content')
  const answer = await answerOn(stream)

  const [seen] = origin.requests
  assert.equal(seen?.method, 'POST')
  assert.equal(seen.target, '/v1/mails?to=all')
  assert.equal(seen.content, 'content')
  assert.equal(seen.fields['authorization'], 'Bearer s3cret')
  assert.equal(seen.fields['host'], host)
  assert.equal(seen.fields['cookie'], 'one=1; two=2')
  assert.equal(seen.fields['x-odd'], 'café')
  assert.equal(answer.status, 201)
  assert.equal(answer.content, 'made')
  assert.deepEqual(answer.fields['set-cookie'], ['a=1', 'b=2'])
  assert.equal(answer.raw.filter((name) => name === 'etag').length, 2)
  assert.equal(answer.fields['connection'], undefined)
})

test('a hundred streams share one session, and none of them gets the answer of another', async (t) => {
  const origin = await startOrigin(t, host, {
    answer: (request, response, content) => response.end(`${request.url} ${content}`),
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)

  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) => {
      const stream = session.request({ ':method': 'POST', ':path': `/${i}` })
      stream.end(`content ${i}`)
      return answerOn(stream)
    }),
  )

  assert.deepEqual(
    answers.map(({ content }) => content),
    Array.from({ length: 100 }, (_, i) => `/${i} content ${i}`),
  )
})

test('an origin that speaks nothing but HTTP/2 is found out by its first handshake', async (t) => {
  const seen: string[] = []
  const origin = await startHttp2Origin(t, host, (stream, fields) => {
    stream.respond({ ':status': 200, 'x-method': fields[':method'] ?? '' })
    stream.on('data', (chunk: Buffer) => seen.push(`${fields['authorization']} ${chunk}`))
    stream.on('end', () => stream.end('over h2'))
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)
  const post = () => {
    const stream = session.request({ ':method': 'POST', ':path': '/' })
    stream.end('content')
    return answerOn(stream)
  }

  const answers = [await post(), await post()]

  assert.deepEqual(
    answers.map(({ status, content }) => `${status} ${content}`),
    ['200 over h2', '200 over h2'],
  )
  assert.deepEqual(seen, ['Bearer s3cret content', 'Bearer s3cret content'])
  assert.equal(origin.sessions.length, 1)
})

test('an answer to HEAD, and one without content, is one frame', async (t) => {
  const origin = await startOrigin(t, host, {
    answer: (request, response) => {
      if (request.url === '/204') response.writeHead(204).end()
      else if (request.url === '/304') response.writeHead(304, { etag: 'x' }).end()
      else if (request.url === '/0') response.writeHead(200, { 'content-length': 0 }).end()
      else response.writeHead(200, { 'content-length': 7 }).end()
    },
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)

  const head = await ask(session, { ':method': 'HEAD', ':path': '/' })
  const others = await Promise.all(['/204', '/304', '/0'].map((path) => ask(session, { ':path': path })))

  assert.equal(head.fields['content-length'], '7')
  assert.deepEqual(
    [head, ...others].map(({ status, isHeadOnly }) => [status, isHeadOnly]),
    [
      [200, true],
      [204, true],
      [304, true],
      [200, true],
    ],
  )
})
