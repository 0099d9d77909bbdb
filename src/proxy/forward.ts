import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { Arriving } from './arriving.ts'
import type { ClientAnswer, ClientRequest } from './client-request.ts'
import type { Door, Sending } from './door.ts'
import { endToEndResponse, endToEndTrailers, type Fields } from './fields.ts'
import { forwardAlone, mustGoAlone, type Outbound } from './forward-alone.ts'
import { originFault } from './origin-fault.ts'
import { connectTo } from './origins.ts'
import { clientLeft, reasonOf, textOf } from './response.ts'
import type { Target } from './target.ts'

/**
 * Sends a request to its origin and its response back, both streamed with back-pressure. Resolves with the status once the
 * response is over. Rejects with a `CordonError` while nothing has been answered yet; after that a failing origin breaks
 * the client's connection, so that a truncated answer never looks whole.
 *
 * A redirect is an answer like any other: it is returned, never followed.
 */
export function forward(
  target: Target,
  fields: Fields,
  request: ClientRequest,
  answer: ClientAnswer,
  pool: Door,
): Promise<number> {
  const content = request.content()
  const all = ['host', authorityField(target), ...fields]
  if (content instanceof Readable) {
    const arriving = new Arriving(content)
    return forwardArriving({ target, fields: all, request, content: arriving }, arriving, answer, pool)
  }
  const outbound: Outbound = { target, fields: all, request, content }
  return pool.dial && mustGoAlone(outbound) ? alone(outbound, answer, pool) : dispatch(outbound, answer, pool)
}

/** Content comes nearly always right behind its head. One that has not come by then may wait for the answer. */
const arrivalMs = 20

/** undici writes the head with the first piece of content and never before. */
async function forwardArriving(
  outbound: Outbound,
  content: Arriving,
  answer: ClientAnswer,
  pool: Door,
): Promise<number> {
  if (!pool.dial) return dispatchAtOnce(outbound, answer, pool)
  if (mustGoAlone(outbound)) return alone(outbound, answer, pool)
  const hasBegun = await new Promise<boolean>((tell) => content.whenBegun(arrivalMs, tell))
  return hasBegun ? dispatch(outbound, answer, pool) : alone(outbound, answer, pool)
}

/** A connection of HTTP/1.1 for this request alone, or a stream where the origin turns out to speak nothing but HTTP/2. */
async function alone(outbound: Outbound, answer: ClientAnswer, door: Door): Promise<number> {
  const socket = await connectTo(door).catch((cause: unknown) => {
    throw originFault(cause, outbound.target)
  })
  return socket ? forwardAlone(outbound, answer, socket) : dispatchAtOnce(outbound, answer, door)
}

/** HTTP/2 sends a head when it has one, and carries what undici's HTTP/1.1 cannot; but for 100, which is said here. */
function dispatchAtOnce(outbound: Outbound, answer: ClientAnswer, door: Door): Promise<number> {
  if (outbound.request.fields.expectsContinue && outbound.content instanceof Arriving) answer.inform(100, [])
  return dispatch(outbound, answer, door)
}

function dispatch(outbound: Outbound, answer: ClientAnswer, pool: Door): Promise<number> {
  const { target, fields, request, content } = outbound
  return new Promise((done, fail) => {
    const options: Sending = {
      method: target.method as Dispatcher.HttpMethod,
      path: target.pathAndQuery,
      headers: fields,
      body: content,
      trailers: content instanceof Arriving ? () => request.trailers?.() ?? [] : undefined,
    }
    pool.dispatch(options, new ResponseRelay(target, answer, done, fail))
  })
}

/** RFC 9110 §7.2: the port stands in Host only where it is not the scheme's own. */
export function authorityField({ scheme, authority, port }: Target): string {
  return port === (scheme === 'https' ? 443 : 80) ? authority.slice(0, authority.lastIndexOf(':')) : authority
}

class ResponseRelay implements Dispatcher.DispatchHandler {
  readonly #target: Target
  readonly #answer: ClientAnswer
  readonly #done: (status: number) => void
  readonly #fail: (reason: unknown) => void
  #controller: Dispatcher.DispatchController | undefined
  #status = 0
  #isFlushed = false
  /** What Content-Length announced, in bytes. */
  #length = Number.NaN

  constructor(target: Target, answer: ClientAnswer, done: (status: number) => void, fail: (reason: unknown) => void) {
    this.#target = target
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

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
    statusText?: string,
  ): void {
    if (status < 200) return this.#answer.inform(status, endToEndResponse(textOf(controller.rawHeaders)))
    this.#status = status
    this.#length = Number(headers['content-length'])
    this.#answer.begin(status, reasonOf(status, statusText), endToEndResponse(textOf(controller.rawHeaders)))
    // The first piece of content usually came in the same packet and travels with the head; a silent stream must not wait.
    process.nextTick(() => this.#flushHead())
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#isFlushed = true
    if (chunk.length === this.#length) this.#answer.writeWhole(chunk)
    else if (!this.#answer.write(chunk)) controller.pause()
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    this.#isFlushed = true
    this.#answer.end(endToEndTrailers(textOf(controller.rawTrailers)))
    this.#done(this.#status)
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#status === 0) return this.#fail(originFault(error, this.#target))
    this.#answer.break()
    this.#done(this.#status)
  }

  #flushHead(): void {
    if (!this.#isFlushed && !this.#answer.isGone) this.#answer.flush()
  }
}
