import assert from 'node:assert/strict'
import type { LookupAddress } from 'node:dns'
import { type TestContext, test } from 'node:test'
import type { Resolve } from '../../src/proxy/dial.ts'
import { type Cordon, exchangeRaw, openSocket, openTunnel, startCordon, startOrigin } from '../world.ts'

/** Both ways to a target that no route names: the status of a CONNECT, and that of a request in absolute-form. */
async function statuses(
  t: TestContext,
  cordon: Cordon,
  authority: string,
): Promise<[connect: number, absolute: number]> {
  const tunnel = await openTunnel(t, cordon, authority, { authorization: undefined })
  tunnel.socket.destroy()
  const socket = await openSocket(t, cordon.port)
  const answer = await exchangeRaw(
    socket,
    `GET http://${authority}/ HTTP/1.1\r\nHost: ${authority}\r\nConnection: close\r\n\r\n`,
  )
  return [tunnel.status, answer.status]
}

/** Resolves any name to the given answers, one list after the other; the last one stays. */
function resolving(...answers: string[][]): Resolve & { asked: () => number } {
  let asked = 0
  const resolve: Resolve = (_hostname, _options, callback) => {
    const addresses = answers[Math.min(asked++, answers.length - 1)] ?? []
    callback(
      null,
      addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
  }
  return Object.assign(resolve, { asked: () => asked })
}

test('no literal of a special address is dialled, in whatever form it is written', async (t) => {
  const origin = await startOrigin(t, 'open.test', { cleartext: true })
  const cordon = await startCordon(t, { routes: [] })
  const canonical = [
    ...[
      '127.0.0.1',
      '127.9.9.9',
      '0.0.0.0',
      '10.0.0.1',
      '169.254.169.254',
      '192.168.1.1',
      '[::1]',
      '[::]',
      '[0:0:0:0:0:0:0:1]',
    ],
    ...[
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[::127.0.0.1]',
      '[64:ff9b::7f00:1]',
      '[64:ff9b::127.0.0.1]',
      '[2002:7f00:1::]',
    ],
    ...['[2001:0:808:808::80ff:fffe]', '[fe80::1]', '[fd00::1]', '[::ffff:0:7f00:1]', '[ff02::1]', '127.0.0.1.'],
  ]
  const odd = [
    '2130706433',
    '0x7f000001',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '017700000001',
    '127.1',
    '127.0.1',
    '[127.0.0.1]',
    '[::1%25lo]',
  ]

  for (const host of canonical) assert.deepEqual(await statuses(t, cordon, `${host}:${origin.port}`), [403, 403], host)
  for (const host of odd) assert.deepEqual(await statuses(t, cordon, `${host}:${origin.port}`), [400, 400], host)

  assert.equal(origin.received(), 0)
})

test('a name that leads to a special address is not dialled, nor one of which any answer does', async (t) => {
  const origin = await startOrigin(t, 'open.test', { cleartext: true })
  const answers = [
    ['127.0.0.1'],
    ['::1'],
    ['::ffff:127.0.0.1'],
    ['64:ff9b::7f00:1'],
    ['8.8.8.8', '127.0.0.1'],
    ['127.0.0.1', '8.8.8.8'],
    ['0.0.0.0'],
    ['2606:4700::1', 'fd00::1'],
  ]

  for (const list of answers) {
    const cordon = await startCordon(t, { routes: [], values: { resolve: resolving(list) } })
    for (const host of ['127.0.0.1.nip.test', 'localhost', 'a.localhost'])
      assert.deepEqual(await statuses(t, cordon, `${host}:${origin.port}`), [403, 403], `${host} ${list}`)
  }

  assert.equal(origin.received(), 0)
})

test('a name that changes its answer from an open address to loopback gains nothing', async (t) => {
  const origin = await startOrigin(t, 'open.test', { cleartext: true })
  const resolve = resolving(['127.0.0.2'], ['127.0.0.1'])
  const cordon = await startCordon(t, {
    routes: [],
    allow: ['127.0.0.2'],
    values: { resolve, connectTimeoutMs: 50 },
  })

  const first = await openTunnel(t, cordon, `rebind.test:${origin.port}`, { authorization: undefined })
  const second = await statuses(t, cordon, `rebind.test:${origin.port}`)

  assert.ok(first.status >= 502, 'the first answer was dialled alone, and nobody is there')
  assert.deepEqual(second, [403, 403])
  assert.equal(resolve.asked(), 3)
  assert.equal(origin.received(), 0)
})

test('a name without any answer is an origin that is not known', async (t) => {
  const cordon = await startCordon(t, { routes: [], values: { resolve: resolving([]) } })

  assert.deepEqual(await statuses(t, cordon, 'nowhere.test:80'), [502, 502])
})

test('`allow` opens by name, address and range', async (t) => {
  const origin = await startOrigin(t, 'open.test', { cleartext: true })
  const resolve = resolving(['127.0.0.1'])

  for (const entry of ['intern.test', '*.test', '127.0.0.1', '127.0.0.0/8']) {
    const cordon = await startCordon(t, { routes: [], allow: [entry], values: { resolve } })
    assert.deepEqual(await statuses(t, cordon, `intern.test:${origin.port}`), [200, 200], entry)
  }
  for (const entry of ['other.test', '*.intern.test', '127.0.0.2', '10.0.0.0/8', '::1']) {
    const cordon = await startCordon(t, { routes: [], allow: [entry], values: { resolve } })
    assert.deepEqual(await statuses(t, cordon, `intern.test:${origin.port}`), [403, 403], entry)
  }
})

test('the proxy never dials itself, whatever `allow` says', async (t) => {
  const allow = ['127.0.0.0/8', '::1', '::', '0.0.0.0', '::ffff:0:0/96', '*.test', 'localhost', '*.localhost']
  const answers = ['127.0.0.1', '0.0.0.0', '::ffff:127.0.0.1', '::ffff:7f00:1', '::']

  for (const address of answers) {
    const cordon = await startCordon(t, { routes: [], allow, values: { resolve: resolving([address]) } })
    const literal = address.includes(':') ? `[${address}]` : address
    for (const host of [literal, 'localhost', 'a.localhost', 'self.test'])
      assert.deepEqual(await statuses(t, cordon, `${host}:${cordon.port}`), [403, 403], `${host} ${address}`)
  }
})
