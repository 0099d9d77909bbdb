/**
 * A WebSocket on a stream of HTTP/2 (RFC 8441): an extended CONNECT, which goes to its origin as the handshake of HTTP/1.1
 * that every origin knows (RFC 6455 §4.1), with the credential on it.
 */
import { randomBytes } from 'node:crypto'
import { constants, type ServerHttp2Stream } from 'node:http2'
import type { Duplex } from 'node:stream'
import type { Dispatcher } from 'undici'
import { CordonError } from '../base/error.ts'
import type { Door } from './door.ts'
import { exchange } from './exchange.ts'
import { endToEndResponse, type Fields } from './fields.ts'
import { authorityField } from './forward.ts'
import { breakOff, type StreamAnswer } from './http2-answer.ts'
import { acceptFor, valueOf } from './http2-head.ts'
import type { StreamRequest } from './http2-request.ts'
import { originFault } from './origin-fault.ts'
import type { Way } from './prepare.ts'
import type { Proxy } from './proxy.ts'
import { answerFor } from './refuse.ts'
import { relay } from './relay.ts'
import { clientLeft, textOf } from './response.ts'
import type { Target } from './target.ts'

/** Never rejects: a failure is an answer. */
export async function carryStreamUpgrade(
  request: StreamRequest,
  stream: ServerHttp2Stream,
  answer: StreamAnswer,
  way: Way,
  proxy: Proxy,
): Promise<void> {
  await exchange(request, way, proxy, {
    onward: ({ target, fields, pool }) => handshake(target, fields, stream, answer, pool),
    refuse: (error, host) => {
      const refusal = answerFor(error, host)
      answer.refuse(refusal)
      return refusal.status
    },
  })
}

/** Resolves with the origin's status once its answer to the handshake is on its way to the client. */
function handshake(
  target: Target,
  fields: Fields,
  stream: ServerHttp2Stream,
  answer: StreamAnswer,
  door: Door,
): Promise<number> {
  return new Promise((done, fail) => {
    // RFC 8441 §5: on a stream key and accept have no meaning. The client of Node 26 sends the one and waits for the other
    // all the same, so its key goes on, and what the origin made of it comes back.
    const own = valueOf(fields, keyName)
    const key = own === '' ? randomBytes(16).toString('base64') : own
    const accept = { value: acceptFor(key), isAwaited: own !== '' }
    const options: Dispatcher.DispatchOptions = {
      method: 'GET',
      path: target.pathAndQuery,
      headers: ['host', authorityField(target), keyName, key, ...withoutKey(fields)],
      upgrade: 'websocket',
    }
    door.dispatch(options, new StreamHandshake(target, accept, stream, answer, done, fail))
  })
}

const keyName = 'sec-websocket-key'

function withoutKey(fields: Fields): Fields {
  return fields.filter((_, i) => fields[i - (i % 2)]?.toLowerCase() !== keyName)
}

/** What the origin has to show (RFC 6455 §4.2.2), and whether the client waits for it too. */
interface Accept {
  value: string
  isAwaited: boolean
}

class StreamHandshake implements Dispatcher.DispatchHandler {
  readonly #target: Target
  readonly #accept: Accept
  readonly #stream: ServerHttp2Stream
  readonly #answer: StreamAnswer
  readonly #done: (status: number) => void
  readonly #fail: (reason: unknown) => void
  #controller: Dispatcher.DispatchController | undefined
  #isAnswered = false

  constructor(
    target: Target,
    accept: Accept,
    stream: ServerHttp2Stream,
    answer: StreamAnswer,
    done: (status: number) => void,
    fail: (reason: unknown) => void,
  ) {
    this.#target = target
    this.#accept = accept
    this.#stream = stream
    this.#answer = answer
    this.#done = done
    this.#fail = fail
    answer.watch(
      () => this.#controller?.resume(),
      () => this.#controller?.abort(clientLeft()),
    )
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#answer.isGone) controller.abort(clientLeft())
  }

  onRequestUpgrade(
    controller: Dispatcher.DispatchController,
    _status: number,
    _headers: unknown,
    origin: Duplex,
  ): void {
    this.#controller = undefined
    const fields = endToEndResponse(textOf(controller.rawHeaders))
    const at = fields.findIndex((field, i) => i % 2 === 0 && field.toLowerCase() === 'sec-websocket-accept')
    if (this.#stream.closed || at < 0 || fields[at + 1] !== this.#accept.value) {
      origin.destroy()
      return this.#fail(this.#stream.closed ? clientLeft() : unproven(this.#target))
    }
    if (!this.#accept.isAwaited) fields.splice(at, 2)
    this.#answer.accept(fields)
    // RFC 8441 §5: a connection that was reset is a stream that is cancelled.
    origin.once('close', () =>
      breakOff(this.#stream, origin.readableEnded ? constants.NGHTTP2_NO_ERROR : constants.NGHTTP2_CANCEL),
    )
    relay(this.#stream, origin)
    this.#done(constants.HTTP_STATUS_OK)
  }

  /** The origin did not switch: its own answer goes back. */
  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (status < 200) return
    this.#isAnswered = true
    this.#answer.begin(status, '', endToEndResponse(textOf(controller.rawHeaders)))
    this.#done(status)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#answer.write(chunk)) controller.pause()
  }

  onResponseEnd(): void {
    this.#answer.end()
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#isAnswered) this.#answer.break()
    else this.#fail(originFault(error, this.#target))
  }
}

function unproven({ authority }: Target): CordonError {
  return new CordonError('origin_malformed', `The origin ${authority} answered a WebSocket handshake it has not read.`)
}
