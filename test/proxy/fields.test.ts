import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endToEndResponse, readRequestFields } from '../../src/proxy/fields.ts'
import { exchangeRaw, openSocket, proxyAuthorization, routeTo, send, startCordon, startOrigin } from '../world.ts'

const hopByHop = [
  'Keep-Alive: timeout=5',
  'TE: gzip',
  'Trailer: X-Sum',
  'Proxy-Authorization: Basic bWluZTptaW5l',
  'Proxy-Connection: keep-alive',
  'Proxy-Anything: x',
  'Upgrade: h2c',
  'HTTP2-Settings: AAAA',
  'X-Named: ends here',
  'X-Other: ends here too',
]

test('no hop-by-hop and no Proxy-* field reaches an origin, in a tunnel or in absolute-form', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const open = await startOrigin(t, 'open.mailer.test', { cleartext: true })
  const cordon = await startCordon(t, { routes: [routeTo(origin), routeTo(open, { ports: [80] })] })
  const fields = [...hopByHop, 'Connection: x-named, X-OTHER', 'X-Kept: yes']

  await send(t, cordon, origin.authority, `GET /\n${fields.join('\n')}`)
  const plain = fields.filter((field) => !field.startsWith('Proxy-Authorization')).join('\r\n')
  await exchangeRaw(
    await openSocket(t, cordon.port),
    `GET http://open.mailer.test/ HTTP/1.1\r\nHost: open.mailer.test\r\nProxy-Authorization: ${proxyAuthorization(cordon)}\r\nConnection: close\r\n${plain}\r\n\r\n`,
  )

  for (const { requests } of [origin, open]) {
    assert.equal(requests.length, 1)
    const { connection, ...seen } = requests[0]?.fields ?? {}
    assert.match(connection ?? '', /^(keep-alive|close)$/)
    assert.deepEqual(
      Object.keys(seen).sort(),
      ['authorization', 'host', 'x-kept'].filter((name) => name in seen),
    )
    assert.equal(seen['x-kept'], 'yes')
  }
})

test('no hop-by-hop and no Proxy-* field of an origin comes back, nor an invitation past the proxy', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test', {
    answer: (_request, response) => {
      const fields = hopByHop.flatMap((field) => field.split(': '))
      const more = [
        'Connection',
        'x-named, x-other',
        'Alt-Svc',
        'h3=":443"',
        'Proxy-Authenticate',
        'Basic',
        'X-Kept',
        'yes',
      ]
      response.writeHead(200, [...fields, ...more]).end('{}')
    },
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })

  const { fields } = await send(t, cordon, origin.authority, 'GET /')

  assert.deepEqual(
    Object.keys(fields).sort(),
    ['connection', 'date', 'transfer-encoding', 'x-kept'].filter((name) => name in fields),
  )
  assert.equal(fields['x-kept'], 'yes')
  assert.equal(fields['connection'], 'close')
})

test('a name that Connection lists is dropped in whatever letters, and Host is always made anew', () => {
  const sent = [
    'Host',
    'evil.test',
    'CONNECTION',
    'X-a ,, close',
    'x-A',
    '1',
    'X-B',
    '2',
    'connection',
    'X-B',
    'Expect',
    'x',
  ]

  assert.deepEqual(readRequestFields(sent).endToEnd, [])
  assert.deepEqual(endToEndResponse(['Alt-Svc', 'x', 'Host', 'kept']), ['Host', 'kept'])
})

test("every field in which clients carry a credential is replaced by the route's one", async (t) => {
  const names = [
    ...['Authorization', 'X-Api-Key', 'Api-Key', 'X-Goog-Api-Key', 'X-Auth-Token', 'X-Access-Token', 'Private-Token'],
    ...['Job-Token', 'X-Amz-Security-Token', 'Ocp-Apim-Subscription-Key', 'X-Own'],
  ]
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, {
    routes: [routeTo(origin, { auth: { type: 'header', headerName: 'X-Own', scheme: undefined } })],
  })

  await send(
    t,
    cordon,
    origin.authority,
    `GET /\n${names.flatMap((name) => [`${name}: mine`, `${name.toUpperCase()}: mine`]).join('\n')}`,
  )

  const { host, connection, ...seen } = origin.requests[0]?.fields ?? {}
  assert.deepEqual(seen, { 'x-own': 's3cret' })
})

test('a credential that Connection names is still injected', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })

  await send(t, cordon, origin.authority, 'GET /\nConnection: authorization, host')

  assert.equal(origin.requests[0]?.fields['authorization'], 'Bearer s3cret')
  assert.equal(origin.requests[0]?.fields['host'], 'api.mailer.test')
})

test('the request target goes on as it was written', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const targets = [
    '/?key=mine&key=yours',
    '/?',
    '//',
    '/a//b?x=%zz&y=%00',
    '/%2e%2e/?a=/../b',
    "/~!$&'()*+,;=:@?~!$&'()*+,;=:@/?[]{}|^`\"<>",
  ]

  for (const target of targets) await send(t, cordon, origin.authority, `GET ${target}`)

  assert.deepEqual(
    origin.requests.map((request) => request.target),
    targets,
  )
})

test('a secret that is not fit for a field can never split the head', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const values = [
    'ca\r\nnary: x',
    'ca\nnary',
    'ca\rnary',
    'ca\0nary',
    'canary\r\n\r\nGET / HTTP/1.1\r\n\r\n',
    'ca\u{10d}\u{10a}nary',
  ]

  for (const value of values) {
    cordon.setSecret('api.mailer.test', value)
    const answer = await send(t, cordon, origin.authority, 'GET /')
    assert.ok(answer.status >= 400, JSON.stringify(value))
    assert.doesNotMatch(answer.content + JSON.stringify(answer.fields), /nary/)
  }

  assert.equal(origin.received(), 0)
})

test('the bytes of a field stay what they are', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const field = 'X-Name: caf\xe9 \xe2\x80\x94\ttab'

  await send(t, cordon, origin.authority, `GET /\n${field}`)
  await send(t, cordon, origin.authority, `POST /\n${field}`, 'content')

  for (const { fields } of origin.requests) assert.equal(fields['x-name'], 'caf\xe9 \xe2\x80\x94\ttab')
  assert.equal(origin.requests.length, 2)
})
