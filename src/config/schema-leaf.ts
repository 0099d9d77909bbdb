/** The texts of `cordon.toml`, each parsed once into what the rooms below work with. */

import { isIPv4, isIPv6 } from 'node:net'
import { isAbsolute } from 'node:path'
import * as z from 'zod/mini'
import {
  type Host,
  type HostPort,
  nextHopHolder,
  parseHost,
  parseHostPort,
  parseRouteName,
  type RouteName,
} from '../base/names.ts'
import { type Exception, parseException } from '../policy/exception.ts'
import { isAmbiguousPath } from '../policy/match.ts'
import type { HostPattern } from '../policy/route.ts'
import { type ProxyUrl, parseProxyUrl } from './proxy-url.ts'

/** Why a text is not what its key wants, as it follows the key in a sentence, and what may have been meant. */
export class Unfit {
  readonly why: string
  readonly meant: string | undefined
  /** True where the text may hold a credential, so that it is not shown. */
  readonly isDiscreet: boolean

  constructor(why: string, { meant, isDiscreet = false }: { meant?: string | undefined; isDiscreet?: boolean } = {}) {
    this.why = why
    this.meant = meant
    this.isDiscreet = isDiscreet
  }
}

/** The schema of a text that `parse` turns into a value of ours; `type` is what the documentation calls such a text. */
export function leaf<T>(parse: (text: string) => T | Unfit, type: string) {
  const parsed = z.transform((text: string, { issues }): T => {
    const value = parse(text)
    if (!(value instanceof Unfit)) return value
    const { why, meant } = value
    // RFC 3986 §3.2.1: what stands before an "@" may be a user name and a password.
    const isDiscreet = value.isDiscreet || text.includes('@')
    issues.push({ code: 'custom', message: why, params: { meant, isDiscreet }, input: text })
    return z.NEVER
  })
  return z.pipe(z.string(), parsed).check(z.meta({ title: type }))
}

export function routeName(text: string): RouteName | Unfit {
  if (text === nextHopHolder) return new Unfit('is what commands call the proxy of [network] by; take another name')
  return (
    parseRouteName(text) ?? new Unfit('must be up to 64 letters, digits, ".", "_" and "-", a letter or digit first')
  )
}

/** A host, or `*.` and the domain whose names are meant. */
export function hostPattern(text: string): HostPattern | Unfit {
  if (!text.startsWith('*.')) {
    const host = parseHost(text)
    return host === undefined ? noHost(text) : { kind: 'exact', host }
  }
  const parent = parseHost(text.slice(2))
  if (parent === undefined || isAddress(parent)) return new Unfit('must have a domain name after "*."')
  if (!parent.includes('.')) return new Unfit('covers a whole top-level domain; name the domain that is yours below it')
  return { kind: 'below', parent }
}

function noHost(text: string): Unfit {
  if (text.includes('*')) return new Unfit('can have a "*" only as its whole first label, as in "*.example.com"')
  if (text.includes('://')) return new Unfit('must be a host name alone, not a URL', { meant: hostOfUrl(text) })
  const meant = parseHostPort(text, 443)
  if (meant) return new Unfit('must be a host name alone; a port goes into match.port', { meant: meant.host })
  return new Unfit('is neither a host name nor an IP address')
}

function hostOfUrl(text: string): string | undefined {
  return URL.canParse(text) ? parseHost(new URL(text).hostname) : undefined
}

export function hostPort(text: string): HostPort | Unfit {
  return parseHostPort(text) ?? new Unfit('must be "host:port"')
}

/** RFC 9110 §5.6.2. */
const token = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i

export function method(text: string): string | Unfit {
  return token.test(text) ? text.toUpperCase() : new Unfit('is no HTTP method')
}

export function scheme(text: string): string | Unfit {
  return token.test(text)
    ? text
    : new Unfit('must be one word such as "Bearer", without the credential (RFC 9110 §11.1)', { isDiscreet: true })
}

/** Fields that frame the message or belong to one connection: a credential there would change what is being said. */
const framing = ['host', 'content-length', 'transfer-encoding', 'connection', 'keep-alive', 'te', 'trailer', 'upgrade']

export function headerName(text: string): string | Unfit {
  const name = text.toLowerCase()
  if (!token.test(text))
    return new Unfit('must be the name of a field alone, such as "Authorization" or "X-Api-Key"', { isDiscreet: true })
  if (framing.includes(name))
    return new Unfit('is a field of the connection and can carry no credential (RFC 9110 §7.6.1)')
  if (name.startsWith('proxy-')) return new Unfit('is for proxies, and ends at this one (RFC 9110 §11.7)')
  return text
}

export function username(text: string): string | Unfit {
  return /[:\x00-\x1f\x7f]/.test(text)
    ? new Unfit('can hold no ":" and no control characters (RFC 7617 §2)', { isDiscreet: true })
    : text
}

export function pathPrefix(text: string): string | Unfit {
  if (!text.startsWith('/')) return new Unfit('must begin with "/"', { meant: `/${text}` })
  if (/[?#]/.test(text))
    return new Unfit('must be a path without a query or fragment', { meant: text.replace(/[?#].*/, '') })
  if (!/^(?:[\w/.~!$&'()*+,;=:@-]|%[0-9a-f]{2})*$/i.test(text))
    return new Unfit('must be percent-encoded (RFC 3986 §3.3)', { meant: encoded(text) })
  if (isAmbiguousPath(text)) return new Unfit('has a segment that origins take away, such as ".." (RFC 3986 §5.2.4)')
  return text
}

const encoded = (text: string) => (text.includes('%') ? undefined : encodeURI(text))

/** A path of the file system. Nothing in it is expanded, so what looks as if it should be is a fault. */
export function filePath(text: string): string | Unfit {
  if (text === '' || text.includes('\0')) return new Unfit('must be a path')
  if (!isAbsolute(text) && /^(~|\$)/.test(text))
    return new Unfit('is taken as it is written, without "~" and "$"; write the whole path')
  return text
}

/** A host name, `*.name`, IP address or CIDR range, in its canonical text. */
export function networkEntry(text: string): string | Unfit {
  if (text.includes('/')) return range(text)
  const isPattern = text.startsWith('*.')
  const host = parseHost(isPattern ? text.slice(2) : text)
  if (host !== undefined && !(isPattern && isAddress(host))) return isPattern ? `*.${host}` : host
  return new Unfit('is neither a host name, "*.example.com", an IP address nor a range such as "10.0.0.0/8"')
}

/** The URL of an HTTP proxy, without the credentials that other programs take from it. */
export function proxyUrl(text: string): ProxyUrl | Unfit {
  const url = parseProxyUrl(text)
  if (url?.credentials || text.includes('@'))
    return new Unfit(
      'must hold no user name and no password: those belong to proxy_auth, which says where the password lies',
      { isDiscreet: true },
    )
  if (url && !text.includes('://'))
    return new Unfit('must begin with "http://" or "https://"', { meant: `http://${text}` })
  return url ?? new Unfit('must be the URL of an HTTP proxy, such as "http://proxy.example.com:3128"')
}

export function exception(text: string): Exception | Unfit {
  return (
    parseException(text) ??
    new Unfit('is neither "*", a host, ".example.com", an IP address nor a range; a port may follow a host')
  )
}

function range(text: string): string | Unfit {
  const [, address = '', digits = ''] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? []
  const host = parseHost(address)
  const size = host === undefined || !isAddress(host) ? 0 : isIPv4(host) ? 32 : 128
  if (host === undefined || digits === '' || size === 0 || Number(digits) > size)
    return new Unfit('is no range such as "10.0.0.0/8" or "fd00::/8"')
  return `${host}/${digits}`
}

const isAddress = (host: Host) => isIPv4(host) || isIPv6(host)

export function notEmpty(text: string): string | Unfit {
  return text === '' ? new Unfit('must not be empty') : text
}
