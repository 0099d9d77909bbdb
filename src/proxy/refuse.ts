/**
 * What an error means on the wire. The status follows Codex's real behaviour as much as RFC 9110: what no repetition can
 * mend is 400, because agents stop at once there and print the content; what may pass is 502 or 504, which they repeat.
 */
import type { ServerResponse } from 'node:http'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { asCalled } from '../base/called.ts'
import { CordonError, sentenceOf } from '../base/error.ts'
import type { Host } from '../base/names.ts'
import type { Answer } from './client-request.ts'
import type { Fields } from './fields.ts'
import { isSpoilt } from './framing.ts'
import { grpcCodeOf, grpcError, grpcTypeOf } from './grpc.ts'
import { endAnswer } from './linger.ts'
import { type Vendor, vendorContent, vendorOf } from './vendor.ts'

interface Refusal {
  status: number
  /** Who has to do something about it. */
  blame: 'client' | 'cordon' | 'origin'
  /** The error type of RFC 9209 §2.3 in Proxy-Status. */
  proxyError: string
}

const client = (status: number, proxyError = 'http_request_error'): Refusal => ({ status, blame: 'client', proxyError })
const cordon = (status: number, proxyError = 'proxy_configuration_error'): Refusal => ({
  status,
  blame: 'cordon',
  proxyError,
})
const origin = (status: number, proxyError: string): Refusal => ({ status, blame: 'origin', proxyError })

const refusals: Record<string, Refusal> = {
  request_malformed: client(400),
  fields_too_large: client(431),
  misdirected: client(421),
  ambiguous_path: client(400, 'http_request_denied'),
  method_refused: client(405, 'http_request_denied'),
  not_a_proxy_request: client(400),
  client_left: client(499),
  token_missing: client(407, 'http_request_denied'),
  token_malformed: client(407, 'http_request_denied'),
  token_unknown: client(400, 'http_request_denied'),
  route_closed: client(403, 'http_request_denied'),
  page_refused: client(403, 'http_request_denied'),
  address_refused: cordon(403, 'destination_ip_prohibited'),
  target_is_cordon: cordon(403, 'proxy_loop_detected'),
  too_many_connections: cordon(503, 'connection_limit_reached'),
  origin_refused: origin(502, 'connection_refused'),
  origin_unknown: origin(502, 'dns_error'),
  origin_unreachable: origin(502, 'destination_ip_unroutable'),
  origin_timeout: origin(504, 'connection_timeout'),
  origin_closed: origin(502, 'connection_terminated'),
  origin_untrusted: origin(502, 'tls_certificate_error'),
  origin_handshake: origin(502, 'tls_protocol_error'),
  origin_malformed: origin(502, 'http_protocol_error'),
  origin_unwilling: origin(426, 'http_upgrade_failed'),
  origin_failed: origin(502, 'destination_unavailable'),
  next_hop_unreachable: cordon(400, 'destination_unavailable'),
  next_hop_timeout: cordon(504, 'connection_timeout'),
  next_hop_denied: cordon(400),
  next_hop_failed: cordon(502, 'destination_unavailable'),
  internal: cordon(502, 'proxy_internal_error'),
}

/** Every error that is not in the table is a fault of this machine's configuration: a secret, a store, a file. */
const refusalOf = (code: string): Refusal => refusals[code] ?? cordon(400)

/** What was thrown, as a `CordonError`: anything else is a bug of ours and goes out without its details. */
export function asCordonError(thrown: unknown): CordonError {
  if (thrown instanceof CordonError) return thrown
  return new CordonError('internal', 'cordon failed on this request.', { hint: 'look at its log', cause: thrown })
}

/** The answer to a request for `host`, in the shape in which that vendor's own clients read errors. */
export function answerFor(error: CordonError, host: Host | undefined): Answer {
  const { status } = refusalOf(error.code)
  return answerWith(error, status, vendorOf(host))
}

/** The answer to a request with these fields: gRPC has a form of its own, whoever the vendor is. */
export function answerToRequest(error: CordonError, fields: Fields, host: Host | undefined): Answer {
  const type = grpcTypeOf(fields)
  if (type === undefined) return answerFor(error, host)
  const code = grpcCodeOf(error.code, refusalOf(error.code).status)
  return { status: 200, fields: [...grpcError(type, code, messageOf(error)), ...fieldsOf(error)], content: '' }
}

/**
 * The answer to a WebSocket handshake. Codex ends its turn on 400 and shows the content; it takes 426 as "use HTTP from now
 * on" without a word, and tries seven times on anything else. So for that vendor all but 400 becomes 426, and the real
 * cause comes with the request that follows. 407 is no answer of an origin's, and makes clients send their token.
 */
export function answerToHandshake(error: CordonError, host: Host | undefined): Answer {
  const { status } = refusalOf(error.code)
  const vendor = vendorOf(host)
  if (vendor !== 'openai' || status === 400 || status === 407) return answerWith(error, status, vendor)
  const answer = answerWith(error, 426, vendor)
  answer.fields.push('upgrade', 'HTTP/1.1')
  return answer
}

function answerWith(error: CordonError, status: number, vendor: Vendor): Answer {
  const { blame } = refusalOf(error.code)
  const content = vendorContent(vendor, { status, code: `cordon_${error.code}`, message: messageOf(error), blame })
  const length = String(Buffer.byteLength(content))
  const fields = ['content-type', 'application/json', 'content-length', length, ...fieldsOf(error)]
  if (status === 405) fields.push('allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS')
  if (status === 407) fields.push('proxy-authenticate', 'Basic realm="cordon"')
  return { status, fields, content }
}

/** What a person reads, wherever the client shows it. */
function messageOf({ message, hint }: CordonError): string {
  return asCalled(`cordon: ${message}${hint === undefined ? '' : ` To mend it, ${hint}.`}`)
}

/** The fields that stand on every answer of cordon's own. RFC 9209 §2: the details are an sf-string, visible ASCII with `\` and `"` escaped. */
function fieldsOf({ code, message }: CordonError): Fields {
  const details = message.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')
  const { proxyError } = refusalOf(code)
  return ['proxy-status', `cordon; error=${proxyError}; details="${details}"`, 'cache-control', 'no-store']
}

/** Answers a request; after one that was never in order the connection is closed (RFC 9112 §11.2). */
export function answerResponse(response: ServerResponse, answer: Answer): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  if (isSpoilt(response.req.socket)) answer.fields.push('connection', 'close')
  response.writeHead(answer.status, answer.fields)
  endAnswer(response, response.req.method === 'HEAD' ? undefined : answer.content)
}

/** Answers on a socket that the HTTP server has let go: a CONNECT, an upgrade, or bytes that were no request. */
export function answerSocket(socket: Duplex, answer: Answer, connection: 'close' | 'keep-alive'): void {
  if (!socket.writable) return void socket.destroy()
  const head = headText(answer.status, STATUS_CODES[answer.status] ?? '', [...answer.fields, 'connection', connection])
  if (connection === 'close') socket.end(head + answer.content)
  else socket.write(head + answer.content)
}

/** A response head as it goes over the wire (RFC 9112 §4); Latin-1, as the fields were read. */
export function headText(status: number, reason: string, fields: readonly string[]): string {
  let head = `HTTP/1.1 ${status} ${reason}\r\n`
  for (let i = 0; i + 1 < fields.length; i += 2) head += `${fields[i]}: ${fields[i + 1]}\r\n`
  return `${head}\r\n`
}

/** The cause's own words, for the log. */
export function causeOf({ cause }: CordonError): string | undefined {
  return cause === undefined ? undefined : sentenceOf(cause)
}
