/** What a client does to its own connection when it floods it: it loses it, and nobody else notices. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { openTunnel, routeTo, startCordon, startOrigin } from '../world.ts'
import { ask, frame, goodHead, headersFrame, openHttp2, openHttp2Socket, preface } from './http2-world.ts'

const host = 'api.mailer.test'
const good = goodHead(host)
const idle = Buffer.alloc(8)

/** Writes `bytes` again and again until the connection is closed; resolves with how often that went. */
async function flood(socket: TLSSocket, bytes: (turn: number) => Buffer, most: number): Promise<number> {
  const closed = closing(socket)
  socket.resume()
  for (let turn = 0; turn < most; turn++) {
    if (!socket.writable) return turn
    if (!socket.write(bytes(turn))) await Promise.race([new Promise((done) => socket.once('drain', done)), closed])
    await new Promise(setImmediate)
  }
  await closed
  return most
}

/** `once` would take the reset for its own failure. */
const closing = (socket: TLSSocket) => new Promise((done) => socket.once('close', done))

const floods: [string, (turn: number) => Buffer][] = [
  [
    'streams that are reset as soon as they are opened (CVE-2023-44487)',
    (turn) => {
      const streams = Array.from({ length: 50 }, (_, i) => 1 + 2 * (turn * 50 + i))
      return Buffer.concat(
        streams.flatMap((id) => [headersFrame(id, good), frame(3, 0, id, Buffer.from([0, 0, 0, 8]))]),
      )
    },
  ],
  [
    'CONTINUATION without end (CVE-2024-27316)',
    (turn) => {
      const begin = turn === 0 ? [frame(1, 0, 1, Buffer.from([0x82]))] : []
      return Buffer.concat([...begin, ...Array.from({ length: 50 }, () => frame(9, 0, 1, Buffer.alloc(100, 0x82)))])
    },
  ],
  [
    'streams that nobody may open',
    (turn) =>
      Buffer.concat(Array.from({ length: 50 }, (_, i) => headersFrame(1 + 2 * (turn * 50 + i), [...good, ['X', 'y']]))),
  ],
  ['DATA on no stream', () => Buffer.concat(Array.from({ length: 50 }, () => frame(0, 0, 7, idle)))],
]

for (const [what, bytes] of floods)
  test(`a flood of ${what} ends the connection that it came on`, async (t) => {
    const origin = await startOrigin(t, host)
    const cordon = await startCordon(t, { routes: [routeTo(origin)] })
    const other = await openHttp2(t, cordon, origin.authority)
    const socket = await openHttp2Socket(t, cordon, origin.authority)
    socket.write(preface)

    const turns = await flood(socket, bytes, 1000)

    assert.ok(turns < 1000, `${turns} turns`)
    assert.equal((await ask(other, {})).status, 200)
  })

test('PING and SETTINGS that nobody reads the answers of end the connection', async (t) => {
  for (const bytes of [frame(6, 0, 0, idle), frame(4, 0, 0, Buffer.alloc(0))]) {
    const origin = await startOrigin(t, host)
    const cordon = await startCordon(t, { routes: [routeTo(origin)] })
    const socket = await openHttp2Socket(t, cordon, origin.authority)
    const closed = closing(socket)
    socket.pause()
    socket.write(preface)
    const many = Buffer.concat(Array.from({ length: 10_000 }, () => bytes))
    for (let turn = 0; turn < 200 && socket.writable; turn++) {
      socket.write(many)
      await new Promise(setImmediate)
    }

    socket.resume()
    await closed
    assert.equal((await ask(await openHttp2(t, cordon, origin.authority), {})).status, 200)
  }
})

test('a client that leaves before or in the middle of its handshake leaves nothing behind', async (t) => {
  const origin = await startOrigin(t, host)
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  await ask(await openHttp2(t, cordon, origin.authority), {})
  const before = openSockets()
  const leave = async (bytes: Buffer, how: 'end' | 'destroy') => {
    const { socket } = await openTunnel(t, cordon, origin.authority)
    const closed = once(socket, 'close')
    if (bytes.length > 0) socket.write(bytes)
    socket.resume()
    socket[how]()
    await closed
  }

  for (const how of ['end', 'destroy'] as const)
    for (const bytes of [Buffer.alloc(0), Buffer.from('16030100ff010000', 'hex'), Buffer.from('no TLS at all\r\n\r\n')])
      await leave(bytes, how)

  while (openSockets() > before) await new Promise((done) => setTimeout(done, 5))
})

const openSockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
