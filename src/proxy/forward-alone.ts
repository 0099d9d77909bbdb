/**
 * What undici cannot carry to the letter goes on a connection of its own, through Node's own client: a request that waits
 * for 100 (RFC 9110 §10.1.1), one with trailers or a wish for them (§6.5), one for `*` (RFC 9112 §3.2.4), and one whose
 * origin must see the head although no content comes yet.
 */
import { type ClientRequest as Outgoing, request as openRequest } from 'node:http'
import type { Socket } from 'node:net'
import { Arriving } from './arriving.ts'
import type { ClientAnswer, ClientRequest } from './client-request.ts'
import { endToEndResponse, endToEndTrailers, type Fields, pairsOf } from './fields.ts'
import { originFault } from './origin-fault.ts'
import { clientLeft, reasonOf } from './response.ts'
import type { Target } from './target.ts'

/** A request as it goes to an origin. */
export interface Outbound {
  target: Target
  /** All of its fields but those that frame it, Host among them. */
  fields: Fields
  request: ClientRequest
  content: null | Buffer | Arriving
}

/** True where only this way carries all of the request. */
export function mustGoAlone({ target, request: { fields, version }, content }: Outbound): boolean {
  if (target.pathAndQuery === '*') return true
  if (version === '1.0') return false
  return (
    fields.takesTrailers || (content instanceof Arriving && (fields.expectsContinue || fields.announced.length > 0))
  )
}

/** Resolves with the status once the response is over; rejects and breaks as `forward` does. `answer` is watched here. */
export function forwardAlone(outbound: Outbound, answer: ClientAnswer, socket: Socket): Promise<number> {
  const { target } = outbound
  return new Promise((done, fail) => {
    const outgoing = openRequest({
      createConnection: () => socket,
      method: target.method,
      path: target.pathAndQuery,
      headers: framed(outbound),
      maxHeaderSize: 262_144,
    })
    answer.watch(
      () => socket.resume(),
      () => outgoing.destroy(clientLeft()),
    )
    if (answer.isGone) outgoing.destroy(clientLeft())
    relayAnswer(outgoing, socket, answer, done, (cause) => fail(originFault(cause, target)))
    sendContent(outgoing, outbound)
  })
}

function framed({ fields, request, content }: Outbound): Fields {
  const all = [...fields]
  const { takesTrailers, expectsContinue, announced } = request.fields
  const hasLength = fields.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-length')
  if (content !== null && !hasLength) all.push('Transfer-Encoding', 'chunked')
  if (content !== null && !hasLength) for (const names of announced) all.push('Trailer', names)
  if (takesTrailers) all.push('TE', 'trailers')
  if (expectsContinue && content instanceof Arriving) all.push('Expect', '100-continue')
  // RFC 9110 §10.1.4: TE is for the next hop, so Connection names it.
  all.push('Connection', takesTrailers ? 'close, TE' : 'close')
  return all
}

function relayAnswer(
  outgoing: Outgoing,
  socket: Socket,
  answer: ClientAnswer,
  done: (status: number) => void,
  fail: (cause: unknown) => void,
): void {
  let status = 0
  const failOrBreak = (cause: Error) => {
    if (status === 0) return fail(cause)
    answer.break()
    done(status)
  }
  outgoing.on('error', failOrBreak)
  outgoing.on('information', ({ statusCode, rawHeaders }) => answer.inform(statusCode, endToEndResponse(rawHeaders)))
  outgoing.on('response', (response) => {
    status = response.statusCode ?? 0
    answer.begin(status, reasonOf(status, response.statusMessage), endToEndResponse(response.rawHeaders))
    answer.flush()
    response.on('data', (piece: Buffer) => {
      if (!answer.write(piece)) socket.pause()
    })
    response.on('error', failOrBreak)
    response.on('end', () => {
      answer.end(endToEndTrailers(response.rawTrailers))
      outgoing.destroy()
      done(status)
    })
  })
}

function sendContent(outgoing: Outgoing, { request, content }: Outbound): void {
  // Node would write the head as UTF-8 with a string, and a field is bytes.
  outgoing.write('', 'latin1')
  if (content === null || Buffer.isBuffer(content)) return void outgoing.end(content ?? undefined)
  content.on('data', (piece: Buffer) => {
    if (!outgoing.write(piece)) content.pause()
  })
  outgoing.on('drain', () => content.resume())
  outgoing.once('close', () => content.destroy())
  content.on('error', (cause) => outgoing.destroy(cause))
  content.once('end', () => {
    const trailers = endToEndTrailers(request.trailers?.() ?? [])
    if (trailers.length > 0 && outgoing.chunkedEncoding) outgoing.addTrailers(pairsOf(trailers))
    outgoing.end()
  })
}
