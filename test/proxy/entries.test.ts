import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import {
  type Cordon,
  exchangeRaw,
  openIntercepted,
  openSocket,
  openTunnel,
  proxyAuthorization,
  routeTo,
  startCordon,
  startOrigin,
} from '../world.ts'

const host = 'api.mailer.test'
const handshake = [
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
]

interface Asked {
  method: string
  path: string
  host: string
  token: string | undefined
}

/** The four ways in: through a tunnel or in absolute-form, as a request or as a WebSocket handshake. */
const entries = {
  tunnel: (t: TestContext, cordon: Cordon, asked: Asked) => throughTunnel(t, cordon, asked, ['Connection: close']),
  'handshake in a tunnel': (t: TestContext, cordon: Cordon, asked: Asked) => throughTunnel(t, cordon, asked, handshake),
  'absolute-form': (t: TestContext, cordon: Cordon, asked: Asked) =>
    absoluteForm(t, cordon, asked, ['Connection: close']),
  'handshake in absolute-form': (t: TestContext, cordon: Cordon, asked: Asked) =>
    absoluteForm(t, cordon, asked, handshake),
}

async function throughTunnel(
  t: TestContext,
  cordon: Cordon,
  { method, path, host: named, token }: Asked,
  fields: string[],
) {
  const tunnel = await openTunnel(t, cordon, `${host}:443`, { authorization: token })
  if (tunnel.status !== 200) return { status: tunnel.status, content: String(tunnel.socket.read()) }
  tunnel.socket.destroy()
  const secure = await openIntercepted(t, cordon, `${host}:443`, { authorization: token })
  return exchangeRaw(secure, `${method} ${path} HTTP/1.1\r\nHost: ${named}\r\n${fields.join('\r\n')}\r\n\r\n`)
}

async function absoluteForm(
  t: TestContext,
  cordon: Cordon,
  { method, path, host: named, token }: Asked,
  fields: string[],
) {
  const socket = await openSocket(t, cordon.port)
  const own = token === undefined ? [] : [`Proxy-Authorization: ${token}`]
  return exchangeRaw(
    socket,
    `${method} http://${host}${path} HTTP/1.1\r\nHost: ${named}\r\n${[...own, ...fields].join('\r\n')}\r\n\r\n`,
  )
}

test('every way into the proxy gives the same verdict', async (t) => {
  const secure = await startOrigin(t, host)
  const plain = await startOrigin(t, host, { cleartext: true })
  const paths = ['/v1']
  const cordon = await startCordon(t, {
    routes: [
      routeTo(secure, { name: 'secure', paths, methods: ['GET'] }),
      routeTo(plain, { name: 'plain', ports: [80], paths, methods: ['GET'], allowCleartext: true }),
    ],
  })
  const token = proxyAuthorization(cordon)
  const asked: Asked = { method: 'GET', path: '/v1/x?q', host, token }
  const foreign = `Basic ${Buffer.from('test:foreign').toString('base64')}`
  const table: Record<string, [asked: Asked, verdict: string]> = {
    'a path of the route': [asked, '200 Bearer s3cret'],
    'another path': [{ ...asked, path: '/v2' }, '200 nothing'],
    'an ambiguous path': [{ ...asked, path: '/v1/../v2' }, '400 ambiguous_path'],
    'an ambiguous path, encoded': [{ ...asked, path: '/v1/%2e%2e/v2' }, '400 ambiguous_path'],
    'a fragment': [{ ...asked, path: '/v1#x' }, '400 request_malformed'],
    'a Host with user information': [{ ...asked, host: `${host}@evil.test` }, '400 request_malformed'],
    'no token': [{ ...asked, token: undefined }, '407 token_missing'],
    'a malformed token': [{ ...asked, token: 'Bearer x' }, '407 token_malformed'],
    'an unknown token': [{ ...asked, token: foreign }, '400 token_unknown'],
  }

  for (const [name, [what, expected]] of Object.entries(table))
    for (const [entry, send] of Object.entries(entries)) {
      secure.requests.length = plain.requests.length = 0
      const { status, content } = await send(t, cordon, what)
      const seen = [...secure.requests, ...plain.requests].map(({ fields }) => fields['authorization'] ?? 'nothing')
      const verdict = `${status} ${/"code":"cordon_(\w+)"/.exec(content)?.[1] ?? seen.join()}`
      assert.equal(verdict, expected, `${name} by ${entry}`)
      if (status !== 200) assert.deepEqual(seen, [], `${name} by ${entry} reached an origin`)
    }
})

test('a request is never sent back to its sender: TRACE is refused, TRACK too, and Max-Forwards ends here', async (t) => {
  const secure = await startOrigin(t, host)
  const plain = await startOrigin(t, host, { cleartext: true })
  const cordon = await startCordon(t, {
    routes: [routeTo(secure), routeTo(plain, { name: 'plain', ports: [80], allowCleartext: true })],
  })
  const token = proxyAuthorization(cordon)

  for (const send of [throughTunnel, absoluteForm])
    for (const method of ['TRACE', 'TRACK']) {
      const { status } = await send(t, cordon, { method, path: '/', host, token }, [
        'Connection: close',
        'Max-Forwards: 0',
      ])
      assert.ok(status === 405 || status === 400, `${method} was answered with ${status}`)
    }
  assert.equal(secure.received() + plain.received(), 0)

  for (const send of [throughTunnel, absoluteForm])
    await send(t, cordon, { method: 'OPTIONS', path: '/', host, token }, ['Connection: close', 'Max-Forwards: 0'])
  assert.deepEqual(
    [...secure.requests, ...plain.requests].map(({ method, fields }) => [method, fields['max-forwards']]),
    [
      ['OPTIONS', undefined],
      ['OPTIONS', undefined],
    ],
  )
})

test('a CONNECT inside a tunnel is refused, and what follows it is never read', async (t) => {
  const origin = await startOrigin(t, host)
  const cordon = await startCordon(t, { routes: [routeTo(origin)], allow: ['127.0.0.1'] })

  for (const authority of [`${host}:443`, `127.0.0.1:${origin.port}`, 'evil.test:443']) {
    const secure = await openIntercepted(t, cordon, origin.authority)
    const next = `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`
    const answer = await exchangeRaw(secure, `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n${next}`)
    assert.equal(answer.status, 405)
    assert.match(answer.content, /"code":"cordon_method_refused".*\n$/)
  }

  assert.equal(origin.received(), 0)
})
