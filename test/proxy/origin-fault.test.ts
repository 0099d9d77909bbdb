import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { openTunnel, routeTo, send, startCordon, startOrigin, startRawOrigin } from '../world.ts'

/** What a client is told when its origin does this with the connection. */
async function toldAfter(t: TestContext, serve: (socket: Socket) => void): Promise<string> {
  const origin = await startRawOrigin(t, 'api.mailer.test', serve)
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const { status, content, fields } = await send(t, cordon, origin.authority, 'POST /', '{}')
  assert.match(fields['proxy-status'] ?? '', /^cordon; error=/)
  const { code, message } = JSON.parse(content).error
  assert.match(message, /^cordon: The origin api\.mailer\.test:443 /)
  return `${status} ${code}`
}

test('an origin that breaks off before its answer is 502, in a sentence that names it', async (t) => {
  const breaks: Record<string, (socket: Socket) => void> = {
    'before reading': (socket) => socket.destroy(),
    'after reading': (socket) => socket.once('data', () => socket.destroy()),
    'by an end': (socket) => socket.once('data', () => socket.end()),
    'within the head': (socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nX-Be')),
  }

  for (const [name, serve] of Object.entries(breaks))
    assert.equal(await toldAfter(t, serve), '502 cordon_origin_closed', name)
})

test('an answer that is no HTTP, or could end in two places, is 502 and goes no further', async (t) => {
  const answers = {
    'another protocol': 'SSH-2.0-OpenSSH_9.9\r\n',
    'two lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!',
    'length and chunks': 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'a bare LF': 'HTTP/1.1 200 OK\nContent-Length: 0\n\n',
    'a bare CR': 'HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: b\r\nContent-Length: 0\r\n\r\n',
    'a NUL': 'HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n',
    'a folded field': 'HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n',
    'a switch nobody asked for': 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
  }

  for (const [name, bytes] of Object.entries(answers)) {
    const told = await toldAfter(t, (socket) => socket.once('data', () => socket.end(bytes, 'latin1')))
    assert.match(told, /^502 cordon_origin_(malformed|closed|failed)$/, name)
  }
})

test('an origin that refuses the connection is 502, and one that never answers it is 504', async (t) => {
  const gone = { host: 'gone.mailer.test', port: await freePort(), authority: 'gone.mailer.test:443' }
  const silent = await startRawOrigin(t, 'silent.mailer.test', () => {}, { cleartext: true })
  const cordon = await startCordon(t, { routes: [routeTo(gone), routeTo(silent)], values: { connectTimeoutMs: 100 } })

  const refused = await send(t, cordon, gone.authority, 'GET /')
  const late = await send(t, cordon, silent.authority, 'GET /')

  assert.equal(refused.status, 502)
  assert.equal(JSON.parse(refused.content).error.code, 'cordon_origin_refused')
  assert.equal(late.status, 504)
  assert.equal(JSON.parse(late.content).error.code, 'cordon_origin_timeout')
})

test('a name that is never resolved is 504 to a CONNECT', async (t) => {
  const cordon = await startCordon(t, { routes: [], values: { connectTimeoutMs: 100, resolve: () => {} } })

  const { status } = await openTunnel(t, cordon, 'slow.test:443', { authorization: undefined })

  assert.equal(status, 504)
})

test('a redirect is an answer like any other: it is returned as it is and never followed', async (t) => {
  const other = await startOrigin(t, 'other.mailer.test')
  const places = [
    'https://other.mailer.test/',
    'http://api.mailer.test/',
    `http://127.0.0.1:${other.port}/`,
    '//other.mailer.test/',
    '/elsewhere',
  ]
  const origin = await startOrigin(t, 'api.mailer.test', {
    answer: (request, response) => {
      const [, status = '', at = ''] = (request.url ?? '').split('/')
      response.writeHead(Number(status), { location: places[Number(at)] }).end()
    },
  })
  const cordon = await startCordon(t, {
    routes: [routeTo(origin), routeTo(other, { value: 's3cret-other' })],
    allow: ['127.0.0.1'],
  })

  for (const status of [301, 302, 303, 307, 308])
    for (const [at, place] of places.entries()) {
      const answer = await send(t, cordon, origin.authority, `GET /${status}/${at}`)
      assert.deepEqual([answer.status, answer.fields['location']], [status, place])
    }

  assert.equal(origin.requests.length, 25)
  assert.equal(other.received(), 0)
})

test('an answer in odd but lawful bytes comes back as it was', async (t) => {
  const answers = [
    'HTTP/1.1 200 \xe2\x80\x94 fine\r\nX-Name: caf\xe9 \xe2\x80\x94\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 200 \r\nX-Name: caf\xe9 \xe2\x80\x94\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nx-name: caf\xe9 \xe2\x80\x94\r\nX-NAME: two\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.0 299 Odd\r\nX-Name: caf\xe9 \xe2\x80\x94\r\n\r\n',
  ]
  const origin = await startRawOrigin(t, 'api.mailer.test', (socket) =>
    socket.once('data', (bytes: Buffer) => {
      socket.end(answers[Number(/\/(\d)/.exec(String(bytes))?.[1])] ?? '', 'latin1')
    }),
  )
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })

  for (const at of answers.keys()) {
    const answer = await send(t, cordon, origin.authority, `GET /${at}`)
    assert.equal(answer.status, at === 3 ? 299 : 200, answer.content)
    assert.equal(answer.fields['x-name'], at === 2 ? 'caf\xe9 \xe2\x80\x94, two' : 'caf\xe9 \xe2\x80\x94')
  }
})

/** A port of loopback on which nobody listens any more. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
