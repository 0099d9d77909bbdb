import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import {
  type Cordon,
  exchangeRaw,
  openIntercepted,
  openSocket,
  type Proof,
  proxyAuthorization,
  routeTo,
  send,
  startCordon,
  startOrigin,
  startRawOrigin,
} from '../world.ts'

const handshake =
  'GET / HTTP/1.1\r\nHost: api.mailer.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n'

/** A request and a WebSocket handshake: their statuses and the code of the first. */
async function askBoth(t: TestContext, cordon: Cordon) {
  const answer = await send(t, cordon, 'api.mailer.test:443', 'POST /', '{"canary":true}')
  const upgrade = await exchangeRaw(await openIntercepted(t, cordon, 'api.mailer.test:443'), handshake)
  return { statuses: [answer.status, upgrade.status], code: JSON.parse(answer.content).error.code }
}

test('an origin that does not prove its name gets no byte, for a request or a WebSocket handshake', async (t) => {
  const proofs: Proof[] = ['wrong-name', 'unknown-issuer', 'expired']

  for (const proof of proofs) {
    const origin = await startRawOrigin(t, 'api.mailer.test', () => {}, { proof })
    const cordon = await startCordon(t, { routes: [routeTo(origin)] })

    const { statuses, code } = await askBoth(t, cordon)

    assert.deepEqual(statuses, [502, 502], proof)
    assert.equal(code, 'cordon_origin_untrusted', proof)
    assert.ok(origin.dialled() >= 2, proof)
    assert.equal(origin.received(), 0, proof)
  }
})

test('an origin that speaks only TLS 1.0 or 1.1, or no TLS at all, gets no byte of the request', async (t) => {
  for (const maxVersion of ['TLSv1', 'TLSv1.1'] as const) {
    const old = { minVersion: 'TLSv1', maxVersion, ciphers: 'DEFAULT@SECLEVEL=0' } as const
    const origin = await startRawOrigin(t, 'api.mailer.test', () => {}, { tls: old })
    const cordon = await startCordon(t, { routes: [routeTo(origin)] })

    assert.deepEqual(await askBoth(t, cordon), { statuses: [502, 502], code: 'cordon_origin_handshake' })
    assert.equal(origin.received(), 0)
  }

  const said: string[] = []
  const plain = await startRawOrigin(
    t,
    'api.mailer.test',
    (socket) =>
      socket.on('data', (chunk: Buffer) => {
        said.push(chunk.toString('latin1'))
        socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
      }),
    { cleartext: true },
  )
  const cordon = await startCordon(t, { routes: [routeTo(plain)] })
  assert.deepEqual(await askBoth(t, cordon), { statuses: [502, 502], code: 'cordon_origin_handshake' })
  assert.ok(said.every((bytes) => bytes.startsWith('\x16\x03') && !bytes.includes('s3cret')))
})

test('the name that is proved is the one of the request, not the place that is dialled', async (t) => {
  const elsewhere = await startRawOrigin(t, 'localhost', () => {})
  const cordon = await startCordon(t, {
    routes: [routeTo(elsewhere, { host: 'api.mailer.test', connectTo: `localhost:${elsewhere.port}` })],
  })

  const { statuses, code } = await askBoth(t, cordon)

  assert.deepEqual(statuses, [502, 502])
  assert.equal(code, 'cordon_origin_untrusted')
  assert.equal(elsewhere.received(), 0)
})

test('an origin at an address proves the address', async (t) => {
  const right = await startOrigin(t, '127.0.0.1')
  const wrong = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, {
    routes: [
      routeTo(right, { ports: [right.port] }),
      routeTo(wrong, { name: 'wrong', host: '127.0.0.1', ports: [wrong.port] }),
    ],
  })
  const ask = async (port: number) =>
    exchangeRaw(
      await openIntercepted(t, cordon, `127.0.0.1:${port}`, { serverName: '' }),
      `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`,
    )

  assert.equal((await ask(right.port)).status, 200)
  assert.equal((await ask(wrong.port)).status, 502)
  assert.equal(wrong.received(), 0)
})

test('an origin at an address proves the address, also where a name leads to it', async (t) => {
  const named = await startRawOrigin(t, 'localhost', () => {})
  const cordon = await startCordon(t, {
    routes: [routeTo(named, { host: '127.0.0.9', connectTo: `localhost:${named.port}` })],
  })
  const socket = await openIntercepted(t, cordon, '127.0.0.9:443', { serverName: '' })

  const answer = await exchangeRaw(socket, 'GET / HTTP/1.1\r\nHost: 127.0.0.9\r\nConnection: close\r\n\r\n')

  assert.equal(answer.status, 502)
  assert.equal(JSON.parse(answer.content).error.code, 'cordon_origin_untrusted')
  assert.equal(named.received(), 0)
})

test('NODE_TLS_REJECT_UNAUTHORIZED=0 changes nothing', async () => {
  const script = `
    import { test } from 'node:test'
    import { routeTo, send, startCordon, startRawOrigin } from ${JSON.stringify(new URL('../world.ts', import.meta.url).href)}
    test('x', async (t) => {
      const told = []
      for (const proof of ['wrong-name', 'unknown-issuer', 'expired']) {
        const origin = await startRawOrigin(t, 'api.mailer.test', () => {}, { proof })
        const cordon = await startCordon(t, { routes: [routeTo(origin)] })
        const { status } = await send(t, cordon, origin.authority, 'GET /')
        told.push([status, origin.dialled(), origin.received()])
      }
      process.stderr.write(JSON.stringify(told))
    })`
  const env = { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' }
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })

  assert.equal(await text(child.stderr), '[[502,1,0],[502,1,0],[502,1,0]]')
})

test('a credential never travels in the clear, unless its route says so', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test', { cleartext: true })
  const ask = async (cordon: Cordon, authority: string) => {
    const own = `Proxy-Authorization: ${proxyAuthorization(cordon)}\r\nAuthorization: Bearer mine\r\n`
    return exchangeRaw(
      await openSocket(t, cordon.port),
      `GET http://${authority}/ HTTP/1.1\r\nHost: ${authority}\r\n${own}Connection: close\r\n\r\n`,
    )
  }
  const closed = await startCordon(t, { routes: [routeTo(origin, { ports: [80, 443, 8080] })] })
  const open = await startCordon(t, { routes: [routeTo(origin, { ports: [80], allowCleartext: true })] })

  for (const authority of ['api.mailer.test', 'api.mailer.test:443', 'API.mailer.test.:8080'])
    await ask(closed, authority)
  await ask(open, 'api.mailer.test')

  assert.deepEqual(
    origin.requests.map(({ fields }) => fields['authorization']),
    ['Bearer mine', 'Bearer mine', 'Bearer mine', 'Bearer s3cret'],
  )
  assert.equal(closed.reads.size, 0, 'the store was not even asked')
})
