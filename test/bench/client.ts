/** The client of the bench: HTTP/1.1 on TLS with a head written by hand, so that the load's core is the last to be full. */
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls'

/** What the origin wants to see, and what the client holds. */
export const realSecret = 'bench-real-secret'
export const placeholder = 'bench-placeholder'

/** How a peer is reached: straight by its TLS port, or by CONNECT. */
export interface Reach {
  port: number
  /** Proxy-Authorization; none for a peer that is dialled straight. */
  proxyAuthorization: string | undefined
  trusted: SecureContext
  /** What the client sends to the origin's name. */
  secret: string
}

export interface Opening {
  /** The name in the leaf, and in CONNECT where `authority` says no other. */
  host: string
  authority?: string
  session?: Buffer | undefined
}

/** One connection to the origin. Requests on it follow one another. */
export class Connection {
  readonly socket: TLSSocket
  /** The newest session ticket. */
  session: Buffer | undefined
  readonly #reader = new AnswerReader()
  #fail: ((reason: Error) => void) | undefined

  static async open(reach: Reach, { host, authority = `${host}:443`, session }: Opening): Promise<Connection> {
    const tcp = await tunnel(reach, authority)
    const socket = connectTls({
      socket: tcp,
      servername: host,
      secureContext: reach.trusted,
      ...(session && { session }),
    })
    return new Promise((done, fail) => {
      socket.once('error', fail)
      socket.once('secureConnect', () => {
        socket.off('error', fail)
        done(new Connection(socket))
      })
    })
  }

  constructor(socket: TLSSocket) {
    this.socket = socket
    socket.on('session', (session: Buffer) => {
      this.session = session
    })
    socket.on('data', (bytes: Buffer) => this.#reader.push(bytes))
    socket.on('error', (error) => this.#fail?.(error))
    socket.on('close', () => this.#fail?.(new Error('the connection was closed before the answer was over')))
  }

  /** Sends a request and resolves when its answer is over. Rejects unless that is a 200. */
  exchange(request: Buffer | string, onContent?: (bytes: Buffer) => void): Promise<void> {
    this.socket.write(request)
    return this.answer(onContent)
  }

  /** Resolves when the answer to what was sent is over. */
  answer(onContent?: (bytes: Buffer) => void): Promise<void> {
    return new Promise((done, fail) => {
      this.#fail = fail
      this.#reader.expect((status) => {
        this.#fail = undefined
        if (status === 200) done()
        else fail(new Error(`the answer was ${status}`))
      }, onContent)
    })
  }

  close(): void {
    this.#fail = undefined
    this.socket.destroy()
  }
}

function tunnel({ port, proxyAuthorization }: Reach, authority: string): Promise<Socket> {
  return new Promise((done, fail) => {
    const socket = connectTcp({ port, host: '127.0.0.1', noDelay: true })
    socket.once('error', fail)
    const ready = () => {
      socket.off('error', fail)
      done(socket)
    }
    if (proxyAuthorization === undefined) return void socket.once('connect', ready)
    socket.write(
      `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\nProxy-Authorization: ${proxyAuthorization}\r\n\r\n`,
    )
    // The far end speaks only after our ClientHello, so this is the whole answer.
    socket.once('data', (head: Buffer) => {
      if (head.toString('latin1', 9, 12) === '200') ready()
      else fail(new Error(`CONNECT was answered with ${head.toString('latin1')}`))
    })
  })
}

/** Reads answers one after the other; content is counted or handed on, never kept. */
class AnswerReader {
  #held: Buffer | undefined
  #state: 'head' | 'content' | 'size' | 'chunk' | 'chunkEnd' | 'end' = 'head'
  #left = 0
  #status = 0
  #done: ((status: number) => void) | undefined
  #onContent: ((bytes: Buffer) => void) | undefined

  expect(done: (status: number) => void, onContent: ((bytes: Buffer) => void) | undefined): void {
    this.#done = done
    this.#onContent = onContent
  }

  push(bytes: Buffer): void {
    let rest = this.#held ? Buffer.concat([this.#held, bytes]) : bytes
    this.#held = undefined
    while (rest.length > 0) {
      const taken = this.#take(rest)
      if (taken === 0) {
        this.#held = rest
        return
      }
      rest = rest.subarray(taken)
    }
  }

  /** How many bytes it took; 0 when it wants more of them. */
  #take(bytes: Buffer): number {
    switch (this.#state) {
      case 'head':
        return this.#takeHead(bytes)
      case 'content':
        return this.#takeContent(bytes, 'head')
      case 'size':
        return this.#takeSize(bytes)
      case 'chunk':
        return this.#takeContent(bytes, 'chunkEnd')
      case 'chunkEnd':
        return this.#takeLineEnd(bytes, 'size')
      case 'end':
        return this.#takeLineEnd(bytes, 'head')
    }
  }

  #takeHead(bytes: Buffer): number {
    const end = bytes.indexOf('\r\n\r\n')
    if (end < 0) return 0
    const head = bytes.toString('latin1', 0, end)
    this.#status = Number(head.slice(9, 12))
    const length = /\r\ncontent-length: (\d+)/i.exec(head)
    this.#left = Number(length?.[1] ?? 0)
    this.#state = length ? 'content' : 'size'
    if (length && this.#left === 0) this.#finish()
    return end + 4
  }

  #takeContent(bytes: Buffer, next: 'head' | 'chunkEnd'): number {
    const taken = Math.min(this.#left, bytes.length)
    this.#onContent?.(taken === bytes.length ? bytes : bytes.subarray(0, taken))
    this.#left -= taken
    if (this.#left > 0) return taken
    this.#state = next
    if (next === 'head') this.#finish()
    return taken
  }

  #takeSize(bytes: Buffer): number {
    const end = bytes.indexOf('\r\n')
    if (end < 0) return 0
    this.#left = Number.parseInt(bytes.toString('latin1', 0, end), 16)
    this.#state = this.#left === 0 ? 'end' : 'chunk'
    return end + 2
  }

  #takeLineEnd(bytes: Buffer, next: 'head' | 'size'): number {
    if (bytes.length < 2) return 0
    this.#state = next
    if (next === 'head') this.#finish()
    return 2
  }

  #finish(): void {
    this.#state = 'head'
    this.#done?.(this.#status)
  }
}

/** A request of the kind that SDKs send; `length` announces content that follows. */
export function headOf(method: string, path: string, host: string, secret: string, length?: number): string {
  return [
    `${method} ${path} HTTP/1.1`,
    `Host: ${host}`,
    `Authorization: Bearer ${secret}`,
    'Content-Type: application/json',
    'Accept: application/json',
    'Accept-Encoding: identity',
    'User-Agent: bench/1.0',
    'X-Stainless-Lang: js',
    'X-Stainless-Runtime: node',
    'Connection: keep-alive',
    ...(length === undefined ? [] : [`Content-Length: ${length}`]),
    '\r\n',
  ].join('\r\n')
}

/** 1 KiB of JSON that a 1 KiB of JSON answers. */
export function chatRequest(host: string, secret: string): Buffer {
  const content = `{"model":"bench","messages":[{"role":"user","content":"${'x'.repeat(964)}"}]}`
  return Buffer.from(headOf('POST', '/v1/chat', host, secret, content.length) + content)
}
