import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { type Cordon, exchangeRaw, openSocket, openTunnel, routeTo, send, startCordon, startOrigin } from '../world.ts'

const isRoot = process.getuid?.() === 0

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
