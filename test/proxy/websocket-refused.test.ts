import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { test } from 'node:test'
import { type CompanyOptions, startCompanyProxy } from '../company-proxy.ts'
import {
  exchangeRaw,
  hostOf,
  openIntercepted,
  openSocket,
  proxyAuthorization,
  readHead,
  routeTo,
  send,
  startCordon,
  startOrigin,
} from '../world.ts'

const fields =
  'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='
const handshakeTo = (host: string) => `GET /socket HTTP/1.1\r\nHost: ${host}\r\n${fields}\r\n\r\n`

test("an origin's refusal of a handshake comes back as it was, but on the hosts of OpenAI it is 426", async (t) => {
  for (const [host, status] of [
    ['api.mailer.test', 403],
    ['api.openai.com', 426],
  ] as const) {
    const origin = await startOrigin(t, host)
    origin.server.on('upgrade', (_request: IncomingMessage, socket: Duplex) => {
      socket.end('HTTP/1.1 403 Forbidden\r\nX-Why: not you\r\nContent-Length: 5\r\n\r\nno ws')
    })
    const cordon = await startCordon(t, { routes: [routeTo(origin)] })

    const answer = await exchangeRaw(await openIntercepted(t, cordon, origin.authority), handshakeTo(host))

    assert.equal(answer.status, status)
    if (status === 403) assert.deepEqual([answer.fields['x-why'], answer.content], ['not you', 'no ws'])
    else assert.equal(JSON.parse(answer.content).error.code, 'cordon_origin_unwilling')
  }
})

test('an origin that knows no WebSocket answers the handshake like any request', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })

  const answer = await exchangeRaw(await openIntercepted(t, cordon, origin.authority), handshakeTo(origin.host))

  assert.equal(answer.status, 200)
  assert.equal(answer.content, '{"ok":true}')
})

test('a fault of the configuration is 400 to a handshake, and no origin hears of it', async (t) => {
  for (const host of ['api.mailer.test', 'api.openai.com']) {
    const origin = await startOrigin(t, host)
    const cordon = await startCordon(t, { routes: [routeTo(origin, { value: undefined })] })

    const answer = await exchangeRaw(await openIntercepted(t, cordon, origin.authority), handshakeTo(host))

    assert.equal(answer.status, 400)
    assert.equal(JSON.parse(answer.content).error.code, 'cordon_secret_missing')
    assert.equal(origin.received(), 0)
  }
})

test('on the hosts of OpenAI whatever is not 400 is 426 to a handshake, and the request that follows is told why', async (t) => {
  const hopAt = async (options: CompanyOptions) => (await startCompanyProxy(t, options)).hop
  const denied = await hopAt({ wants: 'sam:right', sends: 'sam:wrong' })
  const cases = [
    [denied, 400, 400, 'next_hop_denied'],
    [{ ...denied, at: { host: hostOf('127.0.0.1'), port: 1 } }, 400, 400, 'next_hop_unreachable'],
    [await hopAt({ status: 502 }), 426, 502, 'next_hop_failed'],
    [await hopAt({ status: 504 }), 426, 504, 'next_hop_timeout'],
  ] as const
  for (const [nextHop, toHandshake, toRequest, code] of cases) {
    const cordon = await startCordon(t, { routes: [{ host: 'api.openai.com', value: 's3cret' }], values: { nextHop } })
    const tunnel = () => openIntercepted(t, cordon, 'api.openai.com:443')

    const handshake = await exchangeRaw(await tunnel(), handshakeTo('api.openai.com'))
    const request = await send(t, cordon, 'api.openai.com:443', 'POST /v1/responses')

    assert.equal(handshake.status, toHandshake, code)
    assert.equal(request.status, toRequest, code)
    for (const { content } of [handshake, request]) assert.equal(JSON.parse(content).error.code, `cordon_${code}`)
  }
})

test('any other upgrade is offered to no origin: the request goes on without it', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })

  for (const protocol of ['h2c', 'TLS/1.0', 'websocket, h2c'])
    await send(t, cordon, origin.authority, `GET /\nUpgrade: ${protocol}\nConnection: Upgrade`)

  assert.deepEqual(
    origin.requests.map((request) => request.fields['upgrade']),
    [undefined, undefined, undefined],
  )
})

test('a handshake or a CONNECT whose content is still coming is refused, and cordon goes on', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const inside = () => openIntercepted(t, cordon, origin.authority)
  const outside = () => openSocket(t, cordon.port)
  const token = `Proxy-Authorization: ${proxyAuthorization(cordon)}`
  const connect = `CONNECT ${origin.authority} HTTP/1.1\r\nHost: ${origin.authority}\r\n`
  const cases = [
    [inside, handshakeTo(origin.host).replace(/\r\n$/, 'Content-Length: 5\r\n\r\n'), 400],
    [inside, `${connect}Content-Length: 5\r\n\r\n`, 405],
    [outside, `${connect}${token}\r\nContent-Length: 5\r\n\r\n`, 400],
    [outside, `${connect}${token}\r\nTransfer-Encoding: chunked\r\n\r\n`, 400],
    [
      outside,
      `GET http://${origin.host}/ HTTP/1.1\r\nHost: ${origin.host}\r\n${token}\r\n${fields}\r\nContent-Length: 5\r\n\r\n`,
      400,
    ],
  ] as const

  for (const [open, bytes, status] of cases) {
    const socket = await open()
    socket.write(bytes)
    const answer = await readHead(socket)
    assert.equal(Number(answer.slice(9, 12)), status, bytes)
  }

  assert.equal(origin.received(), 0)
  assert.equal((await send(t, cordon, origin.authority, 'GET /')).status, 200)
})
