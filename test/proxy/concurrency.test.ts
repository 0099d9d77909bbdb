import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exchangeRaw, openIntercepted, routeTo, send, startCordon, startOrigin } from '../world.ts'

test('two hundred requests at once, each with a route of its own, never mix', async (t) => {
  const origins = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      startOrigin(t, `api-${i}.mailer.test`, {
        answer: (request, response, content) =>
          response.end(`${request.headers.host} ${request.headers.authorization} ${request.url} ${content}`),
      }),
    ),
  )
  const routes = origins.map((origin, i) => routeTo(origin, { value: `s3cret-of-${i}` }))
  const cordon = await startCordon(t, { routes })

  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      send(
        t,
        cordon,
        origins[i % 20]?.authority ?? '',
        `POST /${i}\nAuthorization: Bearer s3cret-of-${(i + 1) % 20}`,
        `content ${i}`,
      ),
    ),
  )

  for (const [i, { content }] of answers.entries())
    assert.equal(content, `api-${i % 20}.mailer.test Bearer s3cret-of-${i % 20} /${i} content ${i}`)
})

test('two hundred requests at once to one host, by path of different routes, never mix', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test', {
    answer: (request, response) => response.end(`${request.headers.authorization} ${request.url}`),
  })
  const routes = Array.from({ length: 20 }, (_, i) =>
    routeTo(origin, { name: `tenant-${i}`, paths: [`/t${i}`], value: `s3cret-of-${i}` }),
  )
  const cordon = await startCordon(t, { routes })

  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, i) => send(t, cordon, origin.authority, `GET /t${i % 20}/${i}`)),
  )

  for (const [i, { content }] of answers.entries()) assert.equal(content, `Bearer s3cret-of-${i % 20} /t${i % 20}/${i}`)
})

test('answers to pipelined requests come in the order of the requests', async (t) => {
  const late: (() => void)[] = []
  const origin = await startOrigin(t, 'api.mailer.test', {
    answer: (request, response) => {
      late.unshift(() => response.end(`answer to ${request.url}`))
      if (late.length === 5) for (const answer of late) answer()
    },
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const socket = await openIntercepted(t, cordon, origin.authority)
  const ask = (i: number) =>
    `GET /${i} HTTP/1.1\r\nHost: api.mailer.test\r\n${i === 4 ? 'Connection: close\r\n' : ''}\r\n`

  const { content } = await exchangeRaw(socket, [0, 1, 2, 3, 4].map(ask).join(''))

  assert.deepEqual(
    content.match(/answer to \/\d/g),
    [0, 1, 2, 3, 4].map((i) => `answer to /${i}`),
  )
})

test('a secret that was rotated is what the next request carries, on the same connection', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const socket = await openIntercepted(t, cordon, origin.authority)

  for (const value of ['s3cret-1', 's3cret-2', 's3cret-3']) {
    cordon.setSecret('api.mailer.test', value)
    const answered = new Promise((done) => socket.once('data', done))
    socket.write('GET / HTTP/1.1\r\nHost: api.mailer.test\r\n\r\n')
    await answered
  }

  assert.deepEqual(
    origin.requests.map(({ fields }) => fields['authorization']),
    ['Bearer s3cret-1', 'Bearer s3cret-2', 'Bearer s3cret-3'],
  )
  assert.equal(cordon.reads.get('api.mailer.test'), 3)
})
