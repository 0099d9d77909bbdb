import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import {
  exchangeRaw,
  openIntercepted,
  openSocket,
  openTunnel,
  proxyAuthorization,
  readHead,
  routeTo,
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
