import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createSecureContext } from 'node:tls'
import type { Resolve } from '../../src/proxy/dial.ts'
import { basic, type CompanyOptions, type CompanyProxy, startCompanyProxy } from '../company-proxy.ts'
import {
  assertLogIsClean,
  type Cordon,
  exchangeRaw,
  openIntercepted,
  openSocket,
  openTunnel,
  proxyAuthorization,
  readAll,
  readHead,
  send,
  startCordon,
  startOrigin,
  startRawOrigin,
} from '../world.ts'

/** As most resolvers in companies: what lies outside has no answer. */
const resolvesNothing: Resolve = (_hostname, _options, callback) =>
  callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), [])

const routed = { host: 'api.mailer.test', value: 's3cret' }

function cordonBehind(t: TestContext, { hop }: CompanyProxy, resolve: Resolve = resolvesNothing): Promise<Cordon> {
  return startCordon(t, { routes: [routed], values: { nextHop: hop, resolve } })
}

test('a routed origin is reached by CONNECT of the next proxy, verified end to end, with its credential', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const company = await startCompanyProxy(t, { places: { 'api.mailer.test': origin.port } })
  const cordon = await cordonBehind(t, company)

  const { status } = await send(t, cordon, origin.authority, 'GET /v1')

  assert.equal(status, 200)
  assert.deepEqual(company.asked, ['api.mailer.test:443'])
  assert.deepEqual(company.fields, [{ host: 'api.mailer.test:443' }])
  assert.equal(origin.requests[0]?.fields['authorization'], 'Bearer s3cret')
})

test('`connect_to` is what the next proxy is asked for, and the name that is proved is still that of the route', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const company = await startCompanyProxy(t, { places: { 'gateway.test': origin.port } })
  const cordon = await startCordon(t, {
    routes: [{ ...routed, connectTo: 'gateway.test:8443' }],
    values: { nextHop: company.hop, resolve: resolvesNothing },
  })

  const { status } = await send(t, cordon, origin.authority, 'GET /v1')

  assert.equal(status, 200)
  assert.deepEqual(company.asked, ['gateway.test:8443'])
})

test('an origin that does not prove its name gets nothing, though the next proxy led there', async (t) => {
  for (const proof of ['wrong-name', 'unknown-issuer', 'expired'] as const) {
    const origin = await startOrigin(t, 'api.mailer.test', { proof })
    const company = await startCompanyProxy(t, { places: { 'api.mailer.test': origin.port } })
    const cordon = await cordonBehind(t, company)

    const answer = await send(t, cordon, origin.authority, 'GET /v1')

    assert.equal(JSON.parse(answer.content).error.code, 'cordon_origin_untrusted')
    assert.equal(origin.received(), 0)
  }
})

test('a blind tunnel goes through the next proxy, whoever speaks first, and each side may end before the other', async (t) => {
  const origin = await startRawOrigin(
    t,
    'open.test',
    (socket) => {
      socket.allowHalfOpen = true
      socket.write('SSH-2.0-origin\r\n')
      socket.on('end', () => socket.end('last words')).resume()
    },
    { cleartext: true },
  )
  const company = await startCompanyProxy(t, { places: { 'open.test': origin.port } })
  const cordon = await cordonBehind(t, company)
  const { status, socket } = await openTunnel(t, cordon, 'open.test:22', { authorization: undefined })
  socket.allowHalfOpen = true

  socket.end('hello')
  const heard = await readAll(socket)

  assert.equal(status, 200)
  assert.equal(String(heard), 'SSH-2.0-origin\r\nlast words')
  assert.deepEqual(company.asked, ['open.test:22'])
})

test('the next proxy gets user name and password as Basic, and nobody else does', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const wants = 'sam:p:ss wörd'
  const company = await startCompanyProxy(t, { places: { 'api.mailer.test': origin.port }, wants })
  const cordon = await cordonBehind(t, company)

  const { status } = await send(t, cordon, origin.authority, 'GET /v1')

  assert.equal(status, 200)
  assert.equal(company.fields[0]?.['proxy-authorization'], basic(wants))
  assert.equal(origin.requests[0]?.fields['proxy-authorization'], undefined)
  assertLogIsClean(cordon.log, ['p:ss wörd', wants])
})

test('the next proxy may be spoken to over TLS, and proves its name too', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const company = await startCompanyProxy(t, { places: { 'api.mailer.test': origin.port }, tls: true })
  const cordon = await cordonBehind(t, company)
  const distrusting = await startCordon(t, {
    routes: [routed],
    values: { nextHop: { ...company.hop, secureContext: () => createSecureContext({ ca: cordon.caPem }) } },
  })

  const good = await send(t, cordon, origin.authority, 'GET /v1')
  const bad = await send(t, distrusting, origin.authority, 'GET /v1')

  assert.equal(good.status, 200)
  assert.equal(bad.status, 502)
  assert.equal(JSON.parse(bad.content).error.code, 'cordon_next_hop_failed')
  assert.deepEqual(company.asked, ['api.mailer.test:443'])
})

const failures: readonly (readonly [
  title: string,
  options: CompanyOptions,
  status: number,
  code: string,
  sentence: RegExp,
])[] = [
  [
    'wants a password and gets none',
    { wants: 'sam:hunter2', sends: '' },
    400,
    'denied',
    /\(407\)\. To mend it, tell it who you are\./,
  ],
  [
    'wants another password',
    { wants: 'sam:hunter2', sends: 'sam:hunter3' },
    400,
    'denied',
    /does not take its user name and password \(407\)/,
  ],
  [
    'forbids the origin',
    { status: 403 },
    400,
    'denied',
    /does not let cordon reach api\.mailer\.test:443 \(403\).*`\[network\] no_proxy`/,
  ],
  ['cannot reach the origin', { status: 503 }, 502, 'failed', /could not reach api\.mailer\.test:443 \(503\)/],
  ['waits in vain for the origin', { status: 504 }, 504, 'timeout', /waited in vain for api\.mailer\.test:443/],
]

for (const [title, options, status, code, sentence] of failures)
  test(`a next proxy that ${title} is ${status} ${code}, in a sentence that names it and its setting`, async (t) => {
    const company = await startCompanyProxy(t, options)
    const cordon = await cordonBehind(t, company)

    const answer = await send(t, cordon, 'api.mailer.test:443', 'GET /v1')
    const tunnel = await openTunnel(t, cordon, 'open.test:443', { authorization: undefined })

    assert.equal(answer.status, status)
    const { error } = JSON.parse(answer.content)
    assert.equal(error.code, `cordon_next_hop_${code}`)
    assert.equal(error.blame, 'cordon')
    assert.match(error.message, /^cordon: The proxy 127\.0\.0\.1:\d+, which HTTPS_PROXY names, /)
    assert.match(error.message, sentence)
    assert.equal(tunnel.status, status)
    for (const place of [JSON.stringify(cordon.log), answer.content]) assert.doesNotMatch(place, /hunter|c2FtOm/)
  })

test('a next proxy that is not there is 400, one that says nothing 504, and one that speaks no HTTP 502', async (t) => {
  const silent = await startRawOrigin(t, 'silent.test', () => {}, { cleartext: true })
  const odd = await startRawOrigin(t, 'odd.test', (socket) => socket.end('220 mail.test ESMTP\r\n\r\n'), {
    cleartext: true,
  })
  const brief = await startRawOrigin(t, 'brief.test', (socket) => socket.end('HTTP/1.1 200 OK\r\nVia:'), {
    cleartext: true,
  })
  const { hop } = await startCompanyProxy(t, {})
  const told = async (port: number) => {
    const cordon = await startCordon(t, {
      routes: [routed],
      values: { nextHop: { ...hop, at: { ...hop.at, port } }, connectTimeoutMs: 100 },
    })
    const answer = await send(t, cordon, 'api.mailer.test:443', 'GET /v1')
    return `${answer.status} ${JSON.parse(answer.content).error.code}`
  }

  assert.equal(await told(1), '400 cordon_next_hop_unreachable')
  assert.equal(await told(silent.port), '504 cordon_next_hop_timeout')
  assert.equal(await told(odd.port), '502 cordon_next_hop_failed')
  assert.equal(await told(brief.port), '502 cordon_next_hop_failed')
})

test('what is excepted, and loopback always, is reached directly', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const company = await startCompanyProxy(t, { exceptions: ['.mailer.test'] })
  const resolve: Resolve = (_hostname, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }])
  const cordon = await startCordon(t, {
    routes: [
      { ...routed, ports: [origin.port] },
      { host: 'other.test', value: 's3cret', connectTo: `127.0.0.1:${origin.port}` },
    ],
    allow: ['127.0.0.1'],
    values: { nextHop: company.hop, resolve },
  })

  const excepted = await send(t, cordon, `api.mailer.test:${origin.port}`, 'GET /')
  const placed = await send(t, cordon, 'other.test:443', 'GET /')
  const blind = await openTunnel(t, cordon, `127.0.0.1:${origin.port}`, { authorization: undefined })

  assert.equal(excepted.status, 200)
  assert.equal(JSON.parse(placed.content).error.code, 'cordon_origin_untrusted')
  assert.equal(blind.status, 200)
  assert.deepEqual(company.asked, [])
})

test('special addresses and names without a route never reach the next proxy', async (t) => {
  const company = await startCompanyProxy(t, { places: { 'rebind.test': 1, localhost: 1 } })
  const resolve: Resolve = (hostname, options, callback) =>
    hostname === 'rebind.test'
      ? callback(null, [
          { address: '8.8.8.8', family: 4 },
          { address: '169.254.169.254', family: 4 },
        ])
      : resolvesNothing(hostname, options, callback)
  const cordon = await cordonBehind(t, company, resolve)

  for (const host of [
    ...['10.0.0.1', '169.254.169.254', '[fd00::1]', '[::ffff:10.0.0.1]', '[64:ff9b::a00:1]', '127.0.0.1'],
    ...['rebind.test', 'metadata.google.internal', 'printer.local', 'intranet', 'nas.home.arpa'],
  ]) {
    const { status } = await openTunnel(t, cordon, `${host}:443`, { authorization: undefined })
    assert.equal(status, 403, host)
  }
  assert.deepEqual(company.asked, [])
})

test('`allow` opens such a name for the next proxy, and a name that only that proxy knows is passed on', async (t) => {
  const origin = await startRawOrigin(t, 'x', (socket) => socket.end('here'), { cleartext: true })
  const places = { 'wiki.internal': origin.port, 'outside.test': origin.port }
  const company = await startCompanyProxy(t, { places })
  const cordon = await startCordon(t, {
    routes: [],
    allow: ['wiki.internal'],
    values: { nextHop: company.hop, resolve: resolvesNothing },
  })

  for (const host of Object.keys(places)) {
    const { status, socket } = await openTunnel(t, cordon, `${host}:443`, { authorization: undefined })
    assert.equal(status, 200)
    assert.equal(String(await readAll(socket)), 'here')
  }
  assert.deepEqual(company.asked, ['wiki.internal:443', 'outside.test:443'])
})

test('a WebSocket goes through the next proxy like any request', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  origin.server.on('upgrade', (_request, socket: Socket) =>
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nframe'),
  )
  const company = await startCompanyProxy(t, { places: { 'api.mailer.test': origin.port } })
  const cordon = await cordonBehind(t, company)
  const socket = await openIntercepted(t, cordon, origin.authority)

  socket.write(
    'GET / HTTP/1.1\r\nHost: api.mailer.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )

  assert.match(await readHead(socket), /^HTTP\/1\.1 101 /)
  assert.deepEqual(company.asked, ['api.mailer.test:443'])
})

/** A request of plain HTTP, in absolute-form as clients send it. */
async function sendPlain(t: TestContext, cordon: Cordon, authority: string, path: string, more = '') {
  const socket = await openSocket(t, cordon.port)
  const token = `Proxy-Authorization: ${proxyAuthorization(cordon)}`
  return exchangeRaw(
    socket,
    `GET http://${authority}${path} HTTP/1.1\r\nHost: ${authority}\r\n${token}\r\nConnection: close\r\n${more}\r\n`,
  )
}

test('plain HTTP is asked of the next proxy in absolute-form, with its credential and without that of cordon', async (t) => {
  const origin = await startOrigin(t, 'open.test', { cleartext: true })
  const wants = 'sam:hunter2'
  const company = await startCompanyProxy(t, { places: { 'open.test': origin.port }, wants })
  const cordon = await cordonBehind(t, company)

  const { status, content } = await sendPlain(t, cordon, 'open.test', '/a?b=c')

  assert.equal(status, 200)
  assert.equal(content, '{"ok":true}')
  assert.deepEqual(company.asked, [])
  assert.deepEqual(company.forwarded, ['http://open.test:80/a?b=c'])
  assert.equal(company.fields[0]?.['proxy-authorization'], basic(wants))
  assert.equal(company.fields[0]?.host, 'open.test')
  assertLogIsClean(cordon.log, ['hunter2', wants])
})

test('407 of the next proxy to plain HTTP is no 407 of cordon', async (t) => {
  const company = await startCompanyProxy(t, { wants: 'sam:hunter2', sends: 'sam:hunter3' })
  const cordon = await cordonBehind(t, company)

  const { status, content, fields } = await sendPlain(t, cordon, 'open.test', '/')

  assert.equal(status, 400)
  assert.equal(JSON.parse(content).error.code, 'cordon_next_hop_denied')
  assert.equal(fields['proxy-authenticate'], undefined)
})

test('plain HTTP to special names and addresses never reaches the next proxy', async (t) => {
  const company = await startCompanyProxy(t, {})
  const cordon = await cordonBehind(t, company)

  for (const host of ['10.0.0.1', 'metadata.google.internal', 'intranet']) {
    const { status } = await sendPlain(t, cordon, host, '/')
    assert.equal(status, 403, host)
  }
  assert.deepEqual([company.asked, company.forwarded], [[], []])
})

test('a WebSocket of plain HTTP takes a tunnel', async (t) => {
  const origin = await startOrigin(t, 'open.test', { cleartext: true })
  origin.server.on('upgrade', (_request, socket: Socket) =>
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nframe'),
  )
  const company = await startCompanyProxy(t, { places: { 'open.test': origin.port } })
  const cordon = await cordonBehind(t, company)
  const socket = await openSocket(t, cordon.port)

  socket.write(
    'GET http://open.test/ HTTP/1.1\r\nHost: open.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )

  assert.match(await readHead(socket), /^HTTP\/1\.1 101 /)
  assert.deepEqual([company.asked, company.forwarded], [['open.test:80'], []])
})
