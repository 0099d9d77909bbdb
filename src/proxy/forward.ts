import { STATUS_CODES } from 'node:http'
import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { CordonError } from '../base/error.ts'
import type { ClientAnswer, ClientRequest } from './client-request.ts'
import { endToEndResponse, endToEndTrailers, type Fields } from './fields.ts'
import { originFault } from './origin-fault.ts'
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
  pool: Dispatcher,
): Promise<number> {
  return new Promise((done, fail) => {
    const content = request.content()
    if (request.fields.expectsContinue && content instanceof Readable) answer.inform(100, [])
    const options: Dispatcher.DispatchOptions = {
      method: target.method as Dispatcher.HttpMethod,
      path: target.pathAndQuery,
      headers: ['host', authorityField(target), ...fields],
      body: content,
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
    _headers: unknown,
    statusText?: string,
  ): void {
    if (status < 200) return this.#answer.inform(status, endToEndResponse(textOf(controller.rawHeaders)))
    this.#status = status
    this.#answer.begin(status, reasonOf(status, statusText), endToEndResponse(textOf(controller.rawHeaders)))
    // The first piece of content usually came in the same packet and travels with the head; a silent stream must not wait.
    process.nextTick(() => this.#flushHead())
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#isFlushed = true
    if (!this.#answer.write(chunk)) controller.pause()
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

/** Why an origin's request is taken back; nobody is there any more to read it but the log. */
export function clientLeft(): CordonError {
  return new CordonError('client_left', 'The client left before its answer was over.')
}

/** RFC 9112 §4: a reason phrase means nothing, so one that was not ASCII (undici has read it as UTF-8) is not worth the answer. */
function reasonOf(status: number, phrase = ''): string {
  return /^[\t\x20-\x7e]*$/.test(phrase) ? phrase : (STATUS_CODES[status] ?? '')
}

/** undici hands raw fields over as buffers; a field value is bytes, and Latin-1 keeps every one of them (RFC 9110 §5.5). */
export function textOf(raw: Dispatcher.DispatchController['rawHeaders' | 'rawTrailers']): Fields {
  return Array.isArray(raw) ? raw.map((part) => (typeof part === 'string' ? part : part.toString('latin1'))) : []
}
