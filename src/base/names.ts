/**
 * The names that travel between rooms, each parsed once where it comes in.
 *
 * A host is compared only in its canonical form: lower case, no trailing dot, an IPv4 address in four decimal numbers,
 * an IPv6 address compressed and without brackets. Whatever another parser could read differently is no host at all.
 */
import { isIPv4, isIPv6 } from 'node:net'

declare const brand: unique symbol
type Branded<Kind extends string> = string & { readonly [brand]: Kind }

/** A canonical host name or IP address (RFC 3986 §3.2.2), an IPv6 address without its brackets. */
export type Host = Branded<'Host'>
/** `host:port` as CONNECT names it (RFC 9110 §7.1, RFC 9112 §3.2.3), canonical; an IPv6 host has its brackets. */
export type Authority = Branded<'Authority'>
/** The name of a route in `cordon.toml`. */
export type RouteName = Branded<'RouteName'>

export interface HostPort {
  host: Host
  port: number
}

const label = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/

/** The canonical form of a host as text, or undefined where the text names no host or could be read in two ways. */
export function parseHost(text: string): Host | undefined {
  // Some letters beyond ASCII turn into ASCII ones in lower case (U+212A KELVIN SIGN is one).
  if (/[^\x21-\x7e]/.test(text)) return undefined
  if (text.startsWith('[')) return text.endsWith(']') ? parseIPv6(text.slice(1, -1)) : undefined
  if (text.includes(':')) return parseIPv6(text)
  const name = (text.endsWith('.') ? text.slice(0, -1) : text).toLowerCase()
  if (isIPv4(name)) return name as Host
  if (name.length > 253) return undefined
  const labels = name.split('.')
  if (!labels.every((one) => label.test(one))) return undefined
  // WHATWG URL §3.5: a name whose last label is a number is an IPv4 address, in whatever odd form (0x7f.1, 2130706433).
  const last = labels.at(-1) ?? ''
  if (/^(\d+|0x[0-9a-f]*)$/.test(last)) return undefined
  return name as Host
}

function parseIPv6(text: string): Host | undefined {
  if (!isIPv6(text) || text.includes('%')) return undefined
  return new URL(`http://[${text}]/`).hostname.slice(1, -1) as Host
}

/** A port number from 1 to 65535 in plain decimal digits. */
export function parsePort(text: string): number | undefined {
  if (!/^[1-9]\d{0,4}$/.test(text)) return undefined
  const port = Number(text)
  return port <= 65535 ? port : undefined
}

/** Splits `host[:port]`. User information, paths and anything else make it undefined, as does a missing port without a default. */
export function parseHostPort(text: string, defaultPort?: number): HostPort | undefined {
  const match = /^(\[[^\]]*\]|[^:[\]]*)(?::(\d+))?$/.exec(text)
  if (!match) return undefined
  const host = parseHost(match[1] ?? '')
  const port = match[2] === undefined ? defaultPort : parsePort(match[2])
  return host === undefined || port === undefined ? undefined : { host, port }
}

export function authorityOf({ host, port }: HostPort): Authority {
  return `${bracketed(host)}:${port}` as Authority
}

/** A host as it stands in a URI or a Host field: an IPv6 address in brackets. */
export function bracketed(host: Host): string {
  return host.includes(':') ? `[${host}]` : host
}

const routeName = /^[a-z0-9][a-z0-9._-]{0,63}$/i

/** A name that a person can type without quoting it: letters, digits, `.`, `_`, `-`, at most 64, beginning with a letter or digit. */
export function parseRouteName(text: string): RouteName | undefined {
  return routeName.test(text) ? (text as RouteName) : undefined
}

/** How commands call the proxy of `[network]` where its password is meant; no route has that name. */
export const nextHopHolder = 'network.proxy'
