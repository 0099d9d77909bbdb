/**
 * Which route a request belongs to. Pure functions of a target and the routes of `cordon.toml`, in the order of the file:
 * the first route that covers a request takes it.
 */
import { type Host, type HostPort, parseHost } from '../base/names.ts'
import type { HostPattern, Route } from './route.ts'

/** The routes whose host and port are the target's. When there is one, cordon terminates TLS for that target. */
export function routesAt<Place>(routes: readonly Route<Place>[], { host, port }: HostPort): readonly Route<Place>[] {
  return routes.filter(({ match }) => match.ports.includes(port) && coversHost(match.host, host))
}

export function coversHost(pattern: HostPattern, host: Host): boolean {
  switch (pattern.kind) {
    case 'exact':
      return host === pattern.host
    case 'below':
      return host.length > pattern.parent.length + 1 && host.endsWith(`.${pattern.parent}`)
  }
}

/** As `cordon.toml` writes it. */
export function hostText(pattern: HostPattern): string {
  return pattern.kind === 'exact' ? pattern.host : `*.${pattern.parent}`
}

/** True when the pattern covers a host as `cordon.toml` writes one: a name, or `*.example.com`. */
export function coversHostText(pattern: HostPattern, text: string): boolean {
  const host = parseHost(text.replace(/^\*\./, ''))
  if (host === undefined) return false
  if (!text.startsWith('*.')) return coversHost(pattern, host)
  return pattern.kind === 'below' && (pattern.parent === host || coversHost(pattern, host))
}

/** True when `path` is `prefix` or lies below it: `/v1` covers `/v1` and `/v1/models`, not `/v10`. */
export function coversPath(prefix: string, path: string): boolean {
  if (!path.startsWith(prefix)) return false
  return prefix.endsWith('/') || path.length === prefix.length || path[prefix.length] === '/'
}

/**
 * True when an origin that decodes or normalises paths could see another path than the prefixes were held against: dot
 * segments, plain or percent-encoded up to twice (RFC 3986 §5.2.4, §6.2.2), backslashes, path parameters on them, NUL.
 * An encoded slash alone is no such case: `/projects/group%2Fname` is how GitLab names a project.
 */
export function isAmbiguousPath(path: string): boolean {
  let decoded = path
  for (let round = 0; round < 3; round++) {
    if (decoded.includes('\0')) return true
    if (decoded.split(/[/\\]/).some((segment) => /^\.{1,2}(;|$)/.test(segment))) return true
    if (!decoded.includes('%')) return false
    decoded = decoded.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  }
  return false
}
