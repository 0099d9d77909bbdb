import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import {
  type Cordon,
  exchangeRaw,
  openIntercepted,
  openSocket,
  proxyAuthorization,
  routeTo,
  startCordon,
  startOrigin,
} from '../world.ts'
import { head, lenient, malformed, malformedContent } from './smuggling-corpus.ts'

const second = 'GET /second HTTP/1.1\r\nHost: api.mailer.test\r\nConnection: close\r\n\r\n'

test('no malformed request, and nothing that follows one, reaches an origin through a tunnel', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })

  for (const [name, bytes] of malformed) {
    const socket = await openIntercepted(t, cordon, origin.authority)
    const answer = await exchangeRaw(socket, bytes + second)

    assert.match(String(answer.status), /^(4\d\d|NaN|0)$/, `${name} was answered with ${answer.status}`)
    assert.equal(answer.content.includes('HTTP/1.1 200'), false, `${name} was followed by an answer of the origin`)
    assert.equal(origin.received(), 0, `${name} reached the origin`)
  }
})

test('no malformed request, and nothing that follows one, reaches an origin in absolute-form', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test', { cleartext: true })
  const cordon = await startCordon(t, { routes: [routeTo(origin, { ports: [80] })] })
  const token = `Proxy-Authorization: ${proxyAuthorization(cordon)}\r\n`
  const absolute = (bytes: string) =>
    bytes
      .replace(/^((?:\r\n)*[A-Z]+ )\//gm, '$1http://api.mailer.test/')
      .replace(/^(Host: api.mailer.test\r\n)/gm, `$1${token}`)

  for (const [name, bytes] of malformed.filter(([, text]) => text.includes('Host: api.mailer.test\r\n'))) {
    const socket = await openSocket(t, cordon.port)
    const answer = await exchangeRaw(socket, absolute(bytes + second))

    assert.match(String(answer.status), /^(4\d\d|NaN|0)$/, `${name} was answered with ${answer.status}`)
    assert.equal(origin.received(), 0, `${name} reached the origin`)
  }
})

test('content that turns out malformed never looks whole to the origin', async (t) => {
  let begun = Promise.withResolvers<IncomingMessage>()
  const origin = await startOrigin(t, 'api.mailer.test')
  origin.server.prependListener('request', (request: IncomingMessage) => begun.resolve(request))
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })

  for (const [name, chunks] of malformedContent) {
    begun = Promise.withResolvers()
    const socket = await openIntercepted(t, cordon, origin.authority)
    const answered = exchangeRaw(socket, `${head('Transfer-Encoding: chunked')}2\r\nhi\r\n`)
    const request = await begun.promise
    const broken = new Promise((done) => request.once('close', done).once('error', () => {}))
    socket.write(chunks + second)
    const answer = await answered
    await broken

    assert.equal(answer.status, 400, name)
    assert.equal(request.complete, false, name)
    assert.deepEqual(origin.requests, [], name)
  }
})

test('what the parser may read leniently is written anew for the origin', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })

  for (const [name, bytes, content] of lenient) {
    const before = origin.requests.length
    const socket = await openIntercepted(t, cordon, origin.authority)
    await exchangeRaw(socket, bytes + second)

    const seen = origin.requests.slice(before)
    const first = seen.find(({ target }) => target === '/first')
    assert.equal(first?.content, content, name)
    assert.ok(
      seen.every(({ target }) => target === '/first' || target === '/second'),
      name,
    )
    assert.equal(first?.fields['authorization'], 'Bearer s3cret', name)
  }
})

test('a header section larger than 64 KiB is 431', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const socket = await openIntercepted(t, cordon, origin.authority)

  const answer = await exchangeRaw(socket, `${head(`X-Long: ${'x'.repeat(70_000)}`)}${second}`)

  assert.equal(answer.status, 431)
  assert.equal(origin.received(), 0)
})

test('a field is never lost among many, however late it stands', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  origin.server.maxHeadersCount = 0
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const many = Array.from({ length: 1500 }, (_, i) => `a${i}:`).join('\r\n')

  const twoHosts = await exchange(`${head(many, 'Host: elsewhere.test')}`)
  const late = await exchange(`${head(many, 'X-Last: kept', 'Connection: close')}`)

  assert.equal(twoHosts.status, 400)
  assert.equal(late.status, 200)
  assert.equal(origin.requests.length, 1)
  assert.equal(origin.requests[0]?.fields['x-last'], 'kept')
  assert.equal(origin.requests[0]?.fields['a1499'], '')

  async function exchange(bytes: string) {
    return exchangeRaw(await openIntercepted(t, cordon, origin.authority), bytes)
  }
})

test('bytes that are no request never break into the answer that is under way', async (t) => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
  const origin = await startOrigin(t, 'api.mailer.test', {
    answer: (_request, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write('begun')
      ask()
    },
  })
  const cordon: Cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const socket = await openIntercepted(t, cordon, origin.authority)
  const seen: string[] = []
  const begun = Promise.withResolvers<void>()
  socket.on('data', (chunk: Buffer) => {
    seen.push(chunk.toString())
    if (seen.join('').endsWith('begun')) begun.resolve()
  })
  const closed = new Promise((done) => socket.once('close', done))

  socket.write(head())
  await Promise.all([asked, begun.promise])
  socket.write('no request at all\r\n\r\n')
  await closed

  assert.ok(seen.join('').endsWith('begun'), seen.join(''))
})
