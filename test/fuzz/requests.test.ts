/**
 * Requests that were spoilt at random, on raw sockets. Each must be answered or have its connection closed, none may bring
 * cordon down, and its origins may see nothing but whole requests that are in order. `SEED=n` repeats a run, `LONG=1` makes
 * it a hundred thousand inputs.
 */
import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { head, lenient, malformed, malformedContent } from '../proxy/smuggling-corpus.ts'
import { type Cordon, openIntercepted, openSocket, proxyAuthorization, routeTo, send, startCordon } from '../world.ts'
import { mutate } from './mutate.ts'
import { Random } from './random.ts'
import { startStrictOrigin } from './strict-origin.ts'

const isLong = process.env['LONG'] === '1'
const inputs = isLong ? 50_000 : 1500
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
const atOnce = 16
/** A client that hears nothing for so long ends its side, and must then be let go within the deadline. */
const quietMs = 40
const deadlineMs = 5000

const closing = 'GET /last HTTP/1.1\r\nHost: api.mailer.test\r\nConnection: close\r\n\r\n'
const inside = [
  ...malformed.map(([, bytes]) => bytes),
  ...lenient.map(([, bytes]) => bytes),
  ...malformedContent.map(([, chunks]) => head('Transfer-Encoding: chunked') + chunks),
  ...Array.from({ length: 60 }, (_, i) => (i % 2 ? head('X-A: b') : `${head('Content-Length: 5')}hello`)),
  `${head('Content-Length: 5')}hello`,
  `${head('Content-Length: 5', 'Expect: 100-continue')}hello`,
  `${head('Transfer-Encoding: chunked', 'Trailer: X-T')}5\r\nhello\r\n0\r\nX-T: y\r\n\r\n`,
  head('TE: trailers', 'Connection: TE'),
  'OPTIONS * HTTP/1.1\r\nHost: api.mailer.test\r\n\r\n',
  head(
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ),
]

test(`${inputs} spoilt requests in tunnels, seed ${seed}`, { timeout: 1_200_000 }, async (t) => {
  const { cordon, faults, requests } = await startWorld(t)

  await fuzz(inside, closing, seed, () => openIntercepted(t, cordon, 'api.mailer.test:443'))

  assert.deepEqual(faults(), [])
  t.diagnostic(`${requests()} whole requests reached the origin`)
  await stillWell(t, cordon)
})

test(`${inputs} spoilt requests on the port itself, seed ${seed}`, { timeout: 1_200_000 }, async (t) => {
  const { cordon, faults, requests } = await startWorld(t)
  const token = `Proxy-Authorization: ${proxyAuthorization(cordon)}\r\n`
  const absolute = (bytes: string) =>
    bytes
      .replace(/^((?:\r\n)*[A-Z]+ )\//gm, '$1http://api.mailer.test/')
      .replace(/^(Host: api.mailer.test\r\n)/gm, `$1${token}`)
  const opening = (target: string) => `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${token}\r\n`
  const outside = [
    ...inside.map(absolute),
    ...Array.from({ length: 20 }, () => opening('api.mailer.test:443')),
    ...Array.from({ length: 5 }, () => opening('elsewhere.test:443')),
    'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n',
  ]

  await fuzz(outside, absolute(closing), seed, () => openSocket(t, cordon.port))

  assert.deepEqual(faults(), [])
  t.diagnostic(`${requests()} whole requests reached the origin`)
  await stillWell(t, cordon)
})

async function startWorld(t: TestContext) {
  const sealed = await startStrictOrigin(t, 'api.mailer.test', { credential: 'Bearer s3cret', cleartext: false })
  const open = await startStrictOrigin(t, 'api.mailer.test', { credential: undefined, cleartext: true })
  const cordon = await startCordon(t, {
    routes: [routeTo(sealed), routeTo(open, { name: 'open', ports: [80] })],
    // No name that a mutation makes may be looked up anywhere.
    values: {
      resolve: (_name, _options, answer) => answer(Object.assign(new Error('none'), { code: 'ENOTFOUND' }), []),
    },
  })
  return {
    cordon,
    faults: () => [...sealed.faults, ...open.faults],
    requests: () => sealed.requests + open.requests,
  }
}

/** A few inputs at a time. The number of a failing one is told: with the seed it makes the same bytes again. */
async function fuzz(corpus: string[], last: string, from: number, open: () => Promise<Socket>): Promise<void> {
  let next = 0
  const work = async () => {
    while (next < inputs) {
      const number = next++
      const random = new Random(from * inputs + number)
      const bytes = mutate(random.of(corpus), random, corpus)
      const heard = await exchange(await open(), bytes + last)
      const told = `input ${number} of seed ${from}: ${JSON.stringify(bytes.slice(0, 3000))}`
      assert.notEqual(heard, undefined, `no end to ${told}`)
      assert.match(heard ?? '', /^(HTTP\/1\.1 [1-5]\d\d [^\r\n]*\r\n|$)/, told)
      assert.doesNotMatch(heard ?? '', /cordon_internal/, told)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}

/** What was heard until the connection closed, or undefined where it did not. */
function exchange(socket: Socket, bytes: string): Promise<string | undefined> {
  return new Promise((done) => {
    let heard = ''
    const quiet = setTimeout(() => socket.end(), quietMs)
    const deadline = setTimeout(() => finish(undefined), deadlineMs)
    const finish = (all: string | undefined) => {
      clearTimeout(quiet)
      clearTimeout(deadline)
      socket.destroy()
      done(all)
    }
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1')
      quiet.refresh()
    })
    socket.once('close', () => finish(heard))
    if (socket.destroyed) finish(heard)
    socket.write(bytes, 'latin1')
  })
}

async function stillWell(t: TestContext, cordon: Cordon): Promise<void> {
  const { status } = await send(t, cordon, 'api.mailer.test:443', 'GET /')
  assert.equal(status, 200)
  assert.deepEqual(
    cordon.log.filter(({ code }) => code === 'internal'),
    [],
  )
}
