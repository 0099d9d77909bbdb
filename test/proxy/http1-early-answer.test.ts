import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import {
  type Cordon,
  openIntercepted,
  parseAnswer,
  readAll,
  readHead,
  routeTo,
  startCordon,
  startRawOrigin,
} from '../world.ts'

const large = 'HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\nConnection: close\r\n\r\nlarge'
const piece = Buffer.alloc(65_536)
const total = 32 * 1024 * 1024

/** A client that writes all of its content before it reads anything. */
async function upload(
  t: TestContext,
  cordon: Cordon,
  authority: string,
  fields = '',
): Promise<{ status: number; content: string }> {
  const socket = await openIntercepted(t, cordon, authority)
  socket.pause()
  socket.write(`POST / HTTP/1.1\r\nHost: api.mailer.test\r\nContent-Length: ${total}\r\n${fields}\r\n`)
  for (let sent = 0; sent < total && !socket.destroyed; sent += piece.length)
    await new Promise((done) => socket.write(piece, done))
  const head = await readHead(socket)
  let content = ''
  while (content.length < Number(/content-length: (\d+)/i.exec(head)?.[1])) {
    const chunk = socket.read()
    if (chunk) content += chunk
    else await new Promise((done) => socket.once('readable', done).once('close', done))
  }
  return { status: Number(head.slice(9, 12)), content }
}

test('an origin that answers while the content still comes is heard, by clients that read last too', async (t) => {
  const answers: [name: string, serve: (socket: Socket) => void][] = [
    [
      'and reads no more',
      (socket) => void socket.once('data', () => socket.write(large)).once('data', () => socket.pause()),
    ],
    ['and reads on', (socket) => void socket.once('data', () => socket.write(large)).resume()],
    ['and closes', (socket) => void socket.once('data', () => socket.end(large))],
  ]

  for (const [name, serve] of answers) {
    const origin = await startRawOrigin(t, 'api.mailer.test', serve)
    const cordon = await startCordon(t, { routes: [routeTo(origin)] })
    for (const fields of ['', 'Connection: close\r\n'])
      assert.deepEqual(
        await upload(t, cordon, origin.authority, fields),
        { status: 413, content: 'large' },
        `${name} ${fields}`,
      )
  }
})

test('a request that is refused while its content comes is told why, and its connection stays', async (t) => {
  const origin = await startRawOrigin(t, 'api.mailer.test', () => {})
  const cordon = await startCordon(t, { routes: [routeTo(origin, { value: undefined })] })

  for (const fields of ['', 'Connection: close\r\n']) {
    const { status, content } = await upload(t, cordon, origin.authority, fields)
    assert.equal(status, 400)
    assert.equal(JSON.parse(content).error.code, 'cordon_secret_missing')
  }
  const socket = await openIntercepted(t, cordon, origin.authority)
  const all = readAll(socket)
  socket.write('POST / HTTP/1.1\r\nHost: api.mailer.test\r\nContent-Length: 9\r\n\r\nhel')
  await new Promise((done) => socket.once('data', done))
  socket.write('lo you GET / HTTP/1.1\r\nHost: api.mailer.test\r\nConnection: close\r\n\r\n'.replace(' GET', 'GET'))
  const text = String(await all)

  assert.equal(text.match(/HTTP\/1.1 400 /g)?.length, 2)
  assert.equal(parseAnswer(Buffer.from(text)).fields['connection'], 'keep-alive')
  assert.equal(origin.received(), 0)
})
