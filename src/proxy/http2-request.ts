/**
 * A request that came on a stream of HTTP/2 (RFC 9113 §8.3). nghttp2 has refused what is malformed by the letter: upper
 * case, fields of a connection, pseudo-fields that are missing, doubled, unknown or out of place. What has meaning is read here.
 */
import type { ServerHttp2Stream } from 'node:http2'
import type { ClientRequest } from './client-request.ts'
import { type Fields, readRequestFields } from './fields.ts'
import { grpcTypeOf } from './grpc.ts'
import { StreamContent } from './http2-content.ts'

/** A request with what only HTTP/2 says of it. */
export interface StreamRequest extends ClientRequest {
  /** `:scheme`; a plain CONNECT has none. */
  readonly scheme: string | undefined
  /** `:protocol` (RFC 8441 §4). */
  readonly protocol: string | undefined
}

/** `raw` as Node's `stream` event hands it over: the pseudo-fields first. */
export function http2Request(stream: ServerHttp2Stream, raw: readonly string[]): StreamRequest {
  const { pseudo, rest, cookie } = sorted(raw)
  if (cookie !== '') rest.push('cookie', cookie)
  const fields = readRequestFields(rest)
  fields.hosts = authorities(pseudo.get(':authority'), fields.hosts)
  const protocol = pseudo.get(':protocol')
  const method = pseudo.get(':method') ?? ''
  let content: StreamContent | undefined
  return {
    version: '2',
    // RFC 8441 §5: what HTTP/1.1 asks for with GET and Upgrade; the routes know it as that.
    method: method === 'CONNECT' && protocol !== undefined ? 'GET' : method,
    requestTarget: pseudo.get(':path') ?? '',
    scheme: pseudo.get(':scheme'),
    protocol,
    fields,
    // gRPC is made of streams both ways and of trailers (its status is one), and so may be what asks for trailers.
    needsHttp2: fields.takesTrailers || isGrpc(fields.endToEnd),
    // What is wrong with one stream is nothing to the others (RFC 9113 §5.4.2).
    connection: stream,
    isArriving: false,
    content() {
      if (stream.endAfterHeaders || fields.lengths[0] === '0') return null
      content ??= new StreamContent(stream)
      return content
    },
    trailers: () => content?.trailers ?? [],
  }
}

/** RFC 9113 §8.2.3: a cookie that came in several fields is one again. */
function sorted(raw: readonly string[]): { pseudo: Map<string, string>; rest: Fields; cookie: string } {
  const pseudo = new Map<string, string>()
  const rest: Fields = []
  let cookie = ''
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? ''
    const value = raw[i + 1] ?? ''
    if (name.startsWith(':')) pseudo.set(name, value)
    else if (name === 'cookie') cookie = cookie === '' ? value : `${cookie}; ${value}`
    else rest.push(name, value)
  }
  return { pseudo, rest, cookie }
}

/** RFC 9113 §8.3.1: Host may stand beside `:authority` where both say the same. */
function authorities(authority: string | undefined, hosts: string[]): string[] {
  if (authority === undefined) return hosts
  return hosts.length === 1 && hosts[0] === authority ? hosts : [authority, ...hosts]
}

/** gRPC for web pages is of HTTP/1.1 as much, and its trailers are content. */
function isGrpc(fields: Fields): boolean {
  return /^application\/grpc(?!-web)/i.test(grpcTypeOf(fields) ?? '')
}
