import type { IncomingMessage } from 'node:http'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Dispatcher } from 'undici'
import { CordonError } from '../base/error.ts'
import type { ClientRequest } from './client-request.ts'
import type { Door } from './door.ts'
import { exchange } from './exchange.ts'
import { endToEndResponse, type Fields } from './fields.ts'
import { authorityField } from './forward.ts'
import { refuseContent } from './framing.ts'
import { originFault } from './origin-fault.ts'
import type { Way } from './prepare.ts'
import type { Proxy } from './proxy.ts'
import { answerSocket, answerToHandshake, headText } from './refuse.ts'
import { relay } from './relay.ts'
import { clientLeft, textOf } from './response.ts'
import type { Target } from './target.ts'
import { vendorOf } from './vendor.ts'

/** Only WebSocket is carried (RFC 6455 §4.1), and HTTP/1.0 knows no upgrade (RFC 9110 §7.8); any other upgrade is offered to no one, and the request goes on without it. */
export function isWebSocket({ headers, method, httpVersion }: IncomingMessage): boolean {
  return httpVersion === '1.1' && method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket'
}

/**
 * A WebSocket handshake's way to its origin, with the credential on it; once the origin has switched, both sides' bytes
 * pass unread until one of them ends. Never rejects.
 */
export async function carryUpgrade(
  request: ClientRequest,
  socket: Duplex,
  head: Buffer,
  way: Way,
  proxy: Proxy,
): Promise<void> {
  socket.on('error', () => socket.destroy())
  proxy.underWay.begin()
  socket.once('close', () => proxy.underWay.end())
  await exchange(request, way, proxy, {
    onward: ({ target, fields, pool }) => {
      refuseContent(request)
      return handshake(target, fields, socket, head, pool)
    },
    refuse: (error, host) => {
      const answer = answerToHandshake(error, host)
      answerSocket(socket, answer, 'close')
      return answer.status
    },
  })
}

/** Resolves with the origin's status once its answer to the handshake is on its way to the client. */
function handshake(target: Target, fields: Fields, socket: Duplex, head: Buffer, pool: Door): Promise<number> {
  return new Promise((done, fail) => {
    const options: Dispatcher.DispatchOptions = {
      method: 'GET',
      path: target.pathAndQuery,
      headers: ['host', authorityField(target), ...fields],
      upgrade: 'websocket',
    }
    pool.dispatch(options, new HandshakeRelay(target, socket, head, done, fail))
  })
}

class HandshakeRelay implements Dispatcher.DispatchHandler {
  readonly #target: Target
  readonly #socket: Duplex
  readonly #head: Buffer
  readonly #done: (status: number) => void
  readonly #fail: (reason: unknown) => void
  #controller: Dispatcher.DispatchController | undefined
  #isAnswered = false

  constructor(
    target: Target,
    socket: Duplex,
    head: Buffer,
    done: (status: number) => void,
    fail: (reason: unknown) => void,
  ) {
    this.#target = target
    this.#socket = socket
    this.#head = head
    this.#done = done
    this.#fail = fail
    socket.on('drain', () => this.#controller?.resume())
    socket.once('close', () => this.#controller?.abort(clientLeft()))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#socket.destroyed) controller.abort(clientLeft())
  }

  onRequestUpgrade(controller: Dispatcher.DispatchController, status: number, _headers: unknown, origin: Duplex): void {
    this.#controller = undefined
    this.#isAnswered = true
    const fields = endToEndResponse(textOf(controller.rawHeaders))
    this.#socket.write(
      headText(status, STATUS_CODES[status] ?? '', [...fields, 'connection', 'upgrade', 'upgrade', 'websocket']),
      'latin1',
    )
    if (this.#head.length > 0) origin.write(this.#head)
    relay(this.#socket, origin)
    this.#done(status)
  }

  /** The origin did not switch. Its own answer goes back, but where only the handshake's failing counts (see `refuse.ts`). */
  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (status < 200) return
    if (vendorOf(this.#target.host) === 'openai') {
      controller.abort(
        new CordonError(
          'origin_unwilling',
          `The origin ${this.#target.authority} answered the WebSocket handshake with ${status}.`,
        ),
      )
      return
    }
    this.#isAnswered = true
    this.#socket.write(
      headText(status, STATUS_CODES[status] ?? '', [
        ...endToEndResponse(textOf(controller.rawHeaders)),
        'connection',
        'close',
      ]),
      'latin1',
    )
    this.#done(status)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#socket.write(chunk)) controller.pause()
  }

  onResponseEnd(): void {
    this.#socket.end()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#isAnswered) this.#socket.destroy()
    else this.#fail(originFault(error, this.#target))
  }
}
