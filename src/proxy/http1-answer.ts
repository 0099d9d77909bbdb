import type { ServerResponse } from 'node:http'
import type { Answer, ClientAnswer } from './client-request.ts'
import { type Fields, pairsOf } from './fields.ts'
import { endAnswer } from './linger.ts'
import { answerResponse } from './refuse.ts'
import type { UnderWay } from './under-way.ts'

/** The answer to a request of HTTP/1.x. */
export class Http1Answer implements ClientAnswer {
  readonly #response: ServerResponse
  readonly #underWay: UnderWay
  #onReady: () => void = ignore
  #isWatched = false
  /** All of it is here, though it may be written a moment later. */
  #isWhole = false

  constructor(response: ServerResponse, underWay: UnderWay) {
    this.#response = response
    this.#underWay = underWay
    // A client that goes away in mid-answer is no error of ours; `watch` sees it by `close`.
    response.on('error', ignore)
    response.sendDate = false
  }

  get isGone(): boolean {
    return this.#response.destroyed
  }

  watch(onReady: () => void, onGone: () => void): void {
    const response = this.#response
    this.#onReady = onReady
    response.once('close', () => {
      if (!response.writableFinished) onGone()
    })
  }

  inform(status: number, fields: Fields): void {
    inform(this.#response, status, fields)
  }

  begin(status: number, reason: string, fields: Fields): void {
    this.#response.writeHead(status, reason, fields)
  }

  flush(): void {
    // Node's `flushHeaders` writes the head as UTF-8, and a field is bytes (see `textOf`).
    this.#response.write('', 'latin1')
  }

  write(chunk: Buffer): boolean {
    const isTaken = this.#response.write(chunk)
    if (!isTaken && !this.#isWatched) this.#response.on('drain', this.#onReady)
    this.#isWatched ||= !isTaken
    return isTaken
  }

  /** What has a length has no trailers here (RFC 9112 §7.1.2), so this is the end. */
  writeWhole(content: Buffer): void {
    this.#isWhole = true
    this.#underWay.writeTogether(() => endAnswer(this.#response, content))
  }

  end(trailers?: Fields): void {
    const response = this.#response
    if (this.#isWhole || response.writableEnded) return
    if (trailers && trailers.length > 0 && response.chunkedEncoding) response.addTrailers(pairsOf(trailers))
    endAnswer(response)
  }

  break(): void {
    if (!this.#isWhole && !this.#response.writableEnded) this.#response.destroy()
  }

  refuse(answer: Answer): void {
    this.#response.sendDate = true
    answerResponse(this.#response, answer)
  }
}

const ignore = () => {}

/** RFC 9110 §15.2: HTTP/1.0 knows no interim answers. */
function inform(response: ServerResponse, status: number, fields: Fields): void {
  if (response.req.httpVersion === '1.0' || response.headersSent || response.destroyed) return
  if (status === 100) response.writeContinue()
  else response.writeInformation(status, fields)
}
