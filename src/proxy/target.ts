import { CordonError } from '../base/error.ts'
import { type Authority, authorityOf, type Host, type HostPort, parseHost, parseHostPort } from '../base/names.ts'
import type { ClientRequest } from './client-request.ts'

/** What one request is for, read once and never again from the request itself. */
export interface Target {
  scheme: 'https' | 'http'
  host: Host
  port: number
  authority: Authority
  method: string
  /** The request target in origin-form: path and query (RFC 9112 §3.2.1). */
  pathAndQuery: string
  path: string
}

/** What CONNECT named. */
export interface TunnelTarget extends HostPort {
  authority: Authority
}

/**
 * The target of a request inside an intercepted tunnel. CONNECT named the authority; the server name of the handshake and
 * the Host field must name the same one, or the request is an attempt to slip past the routes.
 *
 * Throws `request_malformed` (400) and `misdirected` (421, RFC 9110 §15.5.20).
 */
export function targetInTunnel(request: ClientRequest, tunnel: TunnelTarget, serverName: string | undefined): Target {
  const pathAndQuery = request.requestTarget
  if (!pathAndQuery.startsWith('/') && !isAsterisk(request))
    throw malformed('The request target inside a tunnel must be a path (RFC 9112 §3.2.1).')
  if (serverName !== undefined && serverName !== tunnel.host && parseHost(serverName) !== tunnel.host) {
    throw misdirected(`The TLS handshake asked for ${quoted(serverName)}`, tunnel)
  }
  const named = hostField(request, 443, tunnel)
  if (named.host !== tunnel.host || named.port !== tunnel.port)
    throw misdirected(`The Host field names ${authorityOf(named)}`, tunnel)
  return target('https', tunnel, request, pathAndQuery)
}

/** The target of a plain-HTTP request in absolute-form (RFC 9112 §3.2.2), which alone a proxy takes outside a tunnel. */
export function targetInAbsoluteForm(request: ClientRequest): Target {
  const match = /^http:\/\/([^/?#]*)([^#]*)$/i.exec(request.requestTarget)
  const origin = match && parseHostPort(match[1] ?? '', 80)
  if (!origin)
    throw malformed(
      'The request target must be an absolute http:// URI without user information or fragment (RFC 9112 §3.2.2).',
    )
  const authority = authorityOf(origin)
  const named = hostField(request, 80, { ...origin, authority })
  if (authorityOf(named) !== authority)
    throw malformed(`The Host field names ${authorityOf(named)} and the request target ${authority}.`)
  const rest = match[2] ?? ''
  // RFC 9112 §3.2.4: what asks for the server as a whole has neither path nor query.
  const isWhole = rest === '' && request.method === 'OPTIONS'
  const pathAndQuery = isWhole ? '*' : rest.startsWith('/') ? rest : `/${rest}`
  return target('http', { ...origin, authority }, request, pathAndQuery)
}

/** RFC 9112 §3.2.4: only OPTIONS may ask for the server as a whole. */
const isAsterisk = ({ method, requestTarget }: ClientRequest) => method === 'OPTIONS' && requestTarget === '*'

function target(
  scheme: 'https' | 'http',
  { host, port, authority }: TunnelTarget,
  { method }: ClientRequest,
  pathAndQuery: string,
): Target {
  if (!/^[\x21-\x7e]+$/.test(pathAndQuery) || pathAndQuery.includes('#'))
    throw malformed('The request target holds a character that no URI has (RFC 3986 §2).')
  const query = pathAndQuery.indexOf('?')
  const path = query < 0 ? pathAndQuery : pathAndQuery.slice(0, query)
  return {
    scheme,
    host,
    port,
    authority,
    method,
    pathAndQuery,
    path,
  }
}

/** RFC 9112 §3.2: exactly one Host field. HTTP/1.0 knew none, so there the way the request came in decides. */
function hostField({ fields, version }: ClientRequest, defaultPort: number, expected: TunnelTarget): HostPort {
  const [field, ...more] = fields.hosts
  if (field === undefined && version === '1.0') return expected
  if (field === undefined) throw malformed('The request has no Host field.')
  if (more.length > 0) throw malformed('The request has more than one Host field.')
  // What nearly every client writes needs no parsing: it is the name the tunnel already has.
  if (field === expected.authority || (field === expected.host && expected.port === defaultPort)) return expected
  const named = parseHostPort(field, defaultPort)
  // The field is not repeated: it may hold user information, and the sentence goes into the log.
  if (!named) throw malformed('The Host field is not a host with its port (RFC 9110 §7.2).')
  return named
}

function malformed(sentence: string): CordonError {
  return new CordonError('request_malformed', sentence)
}

function misdirected(what: string, tunnel: HostPort): CordonError {
  return new CordonError('misdirected', `${what}, but this tunnel leads to ${authorityOf(tunnel)}.`, {
    hint: 'open a tunnel of its own for every host',
  })
}

const quoted = (text: string) => JSON.stringify(text.slice(0, 80))
