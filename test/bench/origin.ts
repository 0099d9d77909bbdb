/**
 * The origin of the bench, a process of its own: HTTP/1.1 on TLS by hand, so that it costs little. It answers 401 to a
 * request without the real secret, so that a proxy which does not put it in cannot be measured.
 *
 * `node origin.ts CERT KEY` prints its port.
 */
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import { realSecret } from './client.ts'

const [certPath = '', keyPath = ''] = process.argv.slice(2)
const server = createServer(
  { cert: readFileSync(certPath), key: readFileSync(keyPath), ALPNProtocols: ['http/1.1'] },
  serve,
)
server.on('tlsClientError', () => {})
server.listen(0, '127.0.0.1', 4096, () => console.log((server.address() as AddressInfo).port))
// The bench holds the other end: when it dies, so does this.
process.stdin.resume().on('end', () => process.exit())

function serve(socket: TLSSocket): void {
  let held: Buffer = Buffer.alloc(0)
  let head = ''
  let left = 0
  socket.setNoDelay(true).on('error', () => {})
  socket.on('data', (bytes: Buffer) => {
    let rest = held.length === 0 ? bytes : Buffer.concat([held, bytes])
    held = Buffer.alloc(0)
    while (rest.length > 0) {
      if (left === 0) {
        const end = rest.indexOf('\r\n\r\n')
        if (end < 0) {
          held = rest
          return
        }
        head = rest.toString('latin1', 0, end)
        left = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
        rest = rest.subarray(end + 4)
      }
      const taken = Math.min(left, rest.length)
      left -= taken
      rest = rest.subarray(taken)
      if (left === 0) answer(socket, head)
    }
  })
}

const json = `{"id":"bench","object":"chat.completion","text":"${'y'.repeat(973)}"}`
const okJson = Buffer.from(reply('200 OK', json))
const refusal = Buffer.from(reply('401 Unauthorized', 'placeholder not swapped'))
const block = Buffer.alloc(256 * 1024)

function reply(status: string, content: string): string {
  const fields = ['Content-Type: application/json', 'X-Request-Id: req_0123456789abcdef']
  return [`HTTP/1.1 ${status}`, ...fields, `Content-Length: ${content.length}`, '', content].join('\r\n')
}

function answer(socket: TLSSocket, head: string): void {
  if (/\r\nauthorization: (.*)/i.exec(head)?.[1] !== `Bearer ${realSecret}`) return void socket.write(refusal)
  if (head.startsWith('POST /v1/chat ')) return void socket.write(okJson)
  const { pathname, searchParams } = new URL(head.split(' ', 2)[1] ?? '', 'https://origin')
  if (pathname === '/events') return sendEvents(socket, Number(searchParams.get('count')))
  if (pathname === '/wake') return wake(socket)
  if (pathname === '/bytes') return sendBytes(socket, Number(searchParams.get('size')))
  socket.write(reply('200 OK', `{"received":${/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0}}`))
}

/** Streams that had one event. */
const silent = new Set<TLSSocket>()

/** One more event for each of them; the answer says how many they are. */
function wake(socket: TLSSocket): void {
  for (const stream of silent) stream.write('6\r\ndata: \r\n')
  socket.write(reply('200 OK', `{"woken":${silent.size}}`))
}

/** Five milliseconds between one event and the next, each with the time it was sent at. A count of 0: one, then silence. */
function sendEvents(socket: TLSSocket, count: number): void {
  let sent = 0
  const send = () => {
    const event = `data: ${process.hrtime.bigint()} {"choices":[{"delta":{"content":"token"}}]}\n\n`
    sent += 1
    const isLast = sent === count
    socket.write(`${event.length.toString(16)}\r\n${event}\r\n${isLast ? '0\r\n\r\n' : ''}`)
    if (!isLast) return
    stop()
    socket.off('close', stop)
  }
  const timer = count === 0 ? undefined : setInterval(send, 5)
  const stop = () => clearInterval(timer)
  socket.once('close', stop)
  if (count === 0) silent.add(socket.once('close', () => silent.delete(socket)))
  socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n')
  send()
}

function sendBytes(socket: TLSSocket, size: number): void {
  let left = size
  const more = () => {
    while (left > 0) {
      const bytes = left < block.length ? block.subarray(0, left) : block
      left -= bytes.length
      if (!socket.write(bytes)) return void socket.once('drain', more)
    }
  }
  socket.write(`HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: ${size}\r\n\r\n`)
  more()
}
