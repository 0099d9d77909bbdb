import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import {
  type Cordon,
  exchangeRaw,
  openIntercepted,
  openSocket,
  openTunnel,
  proxyAuthorization,
  readHead,
  routeTo,
  send,
  startCordon,
  startOrigin,
} from '../world.ts'

test('a token that was revoked while its tunnel is open opens nothing more', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const secure = await openIntercepted(t, cordon, origin.authority)
  secure.write('GET /1 HTTP/1.1\r\nHost: api.mailer.test\r\n\r\n')
  assert.match(await readHead(secure), /^HTTP\/1.1 200 /)
  const before = origin.received()

  cordon.revoke()
  const answer = await exchangeRaw(secure, 'GET /2 HTTP/1.1\r\nHost: api.mailer.test\r\nConnection: close\r\n\r\n')

  assert.match(answer.content, /cordon_token_unknown/)
  assert.equal(origin.received(), before)
})

test('after 407 the same connection takes the CONNECT again, with its token, however often it failed before', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const warnings: string[] = []
  const listen = (warning: Error) => warnings.push(warning.message)
  process.on('warning', listen)
  t.after(() => process.off('warning', listen))
  const socket = await openSocket(t, cordon.port)
  const ask = `CONNECT ${origin.authority} HTTP/1.1\r\nHost: ${origin.authority}\r\n`

  for (let i = 0; i < 30; i++) {
    socket.write(`${ask}\r\n`)
    const head = await readHead(socket)
    assert.match(head, /^HTTP\/1.1 407 /)
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1])
    while (socket.read(length) === null) await once(socket, 'readable')
  }
  socket.write(`${ask}Proxy-Authorization: ${proxyAuthorization(cordon)}\r\n\r\n`)

  assert.match(await readHead(socket), /^HTTP\/1.1 200 /)
  assert.deepEqual(warnings, [])
})

test('a malformed or doubled Proxy-Authorization is refused on every target', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const open = await startOrigin(t, 'open.mailer.test', { cleartext: true })
  const cordon = await startCordon(t, { routes: [routeTo(origin)], allow: ['127.0.0.1'] })
  const good = proxyAuthorization(cordon)
  const own = `127.0.0.1:${open.port}`
  const fields = [
    [`Bearer ${cordon.token}`],
    ['Basic'],
    ['Basic '],
    ['Basic !!!!'],
    [`Basic ${Buffer.from(cordon.token).toString('base64')}`],
    [`Basic ${Buffer.from(`:${cordon.token}`).toString('base64')}`],
    [`${good}, ${good}`],
    [good, good],
    [good, 'Basic eDp5'],
    ['Basic eDp5', good],
  ]

  for (const values of fields) {
    const lines = values.map((value) => `Proxy-Authorization: ${value}\r\n`).join('')
    for (const authority of [origin.authority, own]) {
      const socket = await openSocket(t, cordon.port)
      socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${lines}\r\n`)
      assert.match(await readHead(socket), /^HTTP\/1.1 407 /, lines)
    }
    const answer = await exchangeRaw(
      await openSocket(t, cordon.port),
      `GET http://${own}/ HTTP/1.1\r\nHost: ${own}\r\nConnection: close\r\n${lines}\r\n`,
    )
    assert.equal(answer.status, 407, lines)
  }

  assert.equal(origin.received() + open.received(), 0)
})

test('an unknown token gets nothing: told inside the tunnel of a routed target, refused on any other', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const open = await startOrigin(t, 'open.mailer.test', { cleartext: true })
  const cordon = await startCordon(t, { routes: [routeTo(origin)], allow: ['127.0.0.1'] })
  const authorities = [
    ['test', cordon.token],
    [cordon.audience, `${cordon.token}x`],
    [cordon.audience, ''],
    ['', ''],
  ]

  for (const [audience = '', token = ''] of authorities) {
    const authorization = `Basic ${Buffer.from(`${audience}x:${token}y`).toString('base64')}`
    const routed = await openIntercepted(t, cordon, origin.authority, { authorization })
    const answer = await exchangeRaw(routed, 'GET / HTTP/1.1\r\nHost: api.mailer.test\r\nConnection: close\r\n\r\n')
    assert.match(answer.content, /cordon_token_unknown/)
    const { status } = await openTunnel(t, cordon, `127.0.0.1:${open.port}`, { authorization })
    assert.equal(status, 407)
  }

  assert.equal(origin.received() + open.received(), 0)
})

test('a loopback address is no identity: what a forwarder brings needs a token too', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const forwarder = createServer((near) => {
    const far = connect(cordon.port, '127.0.0.1')
    near.pipe(far).pipe(near)
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
  })
  forwarder.listen(0, '127.0.0.1')
  await once(forwarder, 'listening')
  t.after(() => forwarder.close())
  const through: Cordon = { ...cordon, port: (forwarder.address() as AddressInfo).port }

  const without = await openTunnel(t, through, origin.authority, { authorization: undefined })
  const known = await send(t, through, origin.authority, 'GET /')

  assert.equal(without.status, 407)
  assert.equal(known.status, 200)
  assert.equal(origin.requests.length, 1)
})

test('a web page gets nothing out of the proxy: no field of CORS, no name of its own, no credential', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test', { cleartext: true })
  const cordon = await startCordon(t, { routes: [routeTo(origin, { ports: [80], allowCleartext: true })] })
  const page =
    'Origin: https://page.test\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Site: cross-site\r\nConnection: close\r\n\r\n'
  const asks: [head: string, status: number][] = [
    [`GET /health HTTP/1.1\r\nHost: page.test:${cordon.port}\r\n`, 421],
    [`GET / HTTP/1.1\r\nHost: page.test\r\n`, 421],
    [`GET /health HTTP/1.1\r\nHost: page.test@127.0.0.1\r\n`, 400],
    [`GET /health HTTP/1.1\r\nHost: 127.0.0.1:${cordon.port}\r\nHost: page.test\r\n`, 400],
    [`GET /health HTTP/1.1\r\nX: y\r\n`, 400],
    [`GET /health HTTP/1.1\r\nHost: 127.0.0.1:${cordon.port}\r\n`, 200],
    [`OPTIONS /health HTTP/1.1\r\nHost: 127.0.0.1:${cordon.port}\r\nAccess-Control-Request-Method: PUT\r\n`, 400],
    [`POST /health HTTP/1.1\r\nHost: 127.0.0.1:${cordon.port}\r\n`, 400],
    ['GET http://api.mailer.test/ HTTP/1.1\r\nHost: api.mailer.test\r\n', 407],
    [`GET http://127.0.0.1:${cordon.port}/health HTTP/1.1\r\nHost: 127.0.0.1:${cordon.port}\r\n`, 403],
  ]

  for (const [head, status] of asks) {
    const answer = await exchangeRaw(await openSocket(t, cordon.port), head + page)
    assert.equal(answer.status, status, head)
    assert.deepEqual(
      Object.keys(answer.fields).filter((name) => name.startsWith('access-control')),
      [],
    )
    assert.doesNotMatch(JSON.stringify(answer), /s3cret|token-of-the-test/)
  }

  assert.equal(origin.received(), 0)
})

const isRoot = process.getuid?.() === 0

test('another user of the machine gets nothing from the port', {
  skip: !isRoot && 'only root can be two users',
}, async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test', { cleartext: true })
  const cordon = await startCordon(t, { routes: [routeTo(origin, { ports: [80, 443], allowCleartext: true })] })
  const script = `
    const { connect } = require('node:net')
    const { port, asks } = JSON.parse(process.argv[1])
    let left = asks.length
    const seen = []
    for (const ask of asks) {
      const socket = connect(port, '127.0.0.1', () => socket.write(ask))
      socket.on('data', (data) => seen.push(String(data).slice(0, 12)))
      socket.on('close', () => { if (--left === 0) console.log(JSON.stringify({ uid: process.getuid(), seen })) })
      setTimeout(() => socket.destroy(), 5000).unref()
      socket.once('data', () => socket.end())
    }`
  const asks = ['CONNECT api.mailer.test:443', 'GET http://api.mailer.test/'].map(
    (line) => `${line} HTTP/1.1\r\nHost: ${line.replace(/.*\/\/|\/$|CONNECT /g, '')}\r\n\r\n`,
  )

  const child = spawn(process.execPath, ['-e', script, JSON.stringify({ port: cordon.port, asks })], {
    uid: 65534,
    gid: 65534,
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: '/',
    env: {},
  })
  const told = JSON.parse(await text(child.stdout))

  assert.deepEqual(told, { uid: 65534, seen: ['HTTP/1.1 407', 'HTTP/1.1 407'] })
  assert.equal(origin.received(), 0)
})
