import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { openTunnel, startCordon, startRawOrigin } from '../world.ts'

const block = randomBytes(1_000_003)

/** Sends so many blocks as fast as the other side takes them, and ends. */
async function sendBlocks(socket: Socket, count: number): Promise<void> {
  for (let i = 0; i < count; i++) if (!socket.write(block)) await once(socket, 'drain')
  socket.end()
}

/** A digest of all that comes, with pauses in which nothing is read. */
async function digestOf(socket: Socket): Promise<string> {
  const digest = createHash('sha256')
  let pieces = 0
  socket.on('data', (chunk: Buffer) => {
    digest.update(chunk)
    if (++pieces % 50 > 0) return
    socket.pause()
    setImmediate(() => socket.resume())
  })
  await once(socket, 'end')
  return digest.digest('hex')
}

function digestOfBlocks(count: number): string {
  const digest = createHash('sha256')
  for (let i = 0; i < count; i++) digest.update(block)
  return digest.digest('hex')
}

test('bytes pass both ways at once through a blind tunnel, none lost and none changed', async (t) => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<string>()
  const serve = (socket: Socket) => {
    socket.allowHalfOpen = true
    void digestOf(socket).then(arrive)
    void sendBlocks(socket, 60)
  }
  const origin = await startRawOrigin(t, 'open.test', serve, { cleartext: true })
  const cordon = await startCordon(t, { routes: [], allow: ['127.0.0.1'] })
  const { socket } = await openTunnel(t, cordon, `127.0.0.1:${origin.port}`, { authorization: undefined })
  socket.allowHalfOpen = true

  const [heard] = await Promise.all([digestOf(socket), sendBlocks(socket, 40)])

  assert.equal(heard, digestOfBlocks(60))
  assert.equal(await arrived, digestOfBlocks(40))
})

test('a client that reads nothing stops its origin, and gets the rest when it reads again', async (t) => {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<number>()
  const serve = (socket: Socket) => {
    const fill = () => {
      while (socket.write(block));
    }
    socket.on('drain', fill)
    fill()
    const taken = () => socket.bytesWritten - socket.writableLength
    let before = taken()
    const watch = setInterval(() => {
      if (taken() !== before) {
        before = taken()
        return
      }
      clearInterval(watch)
      socket.off('drain', fill).end()
      stop(before)
    }, 100)
  }
  const origin = await startRawOrigin(t, 'open.test', serve, { cleartext: true })
  const cordon = await startCordon(t, { routes: [], allow: ['127.0.0.1'] })
  const { socket } = await openTunnel(t, cordon, `127.0.0.1:${origin.port}`, { authorization: undefined })
  socket.pause()

  const sentMeanwhile = await stopped
  let got = 0
  socket.on('data', (chunk: Buffer) => {
    got += chunk.length
  })
  socket.resume()
  await once(socket, 'end')

  assert.ok(sentMeanwhile < 64_000_000, `${sentMeanwhile} bytes were taken for a client that reads nothing`)
  assert.ok(got >= sentMeanwhile)
  assert.equal(got % block.length, 0)
})

test('an origin that is reset ends its tunnel, and what it had sent is delivered first (RFC 9110 §9.3.6)', async (t) => {
  const origin = await startRawOrigin(
    t,
    'open.test',
    (socket) => {
      socket.write(block)
      socket.once('data', () => socket.resetAndDestroy())
    },
    { cleartext: true },
  )
  const cordon = await startCordon(t, { routes: [], allow: ['127.0.0.1'] })
  const { socket } = await openTunnel(t, cordon, `127.0.0.1:${origin.port}`, { authorization: undefined })
  let got = 0
  socket.on('data', (chunk: Buffer) => {
    got += chunk.length
    if (got === block.length) socket.write('enough')
  })

  await once(socket, 'close')

  assert.equal(got, block.length)
})
