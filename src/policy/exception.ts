/**
 * The targets that are reached without the proxy that stands before cordon: what `NO_PROXY` and `[network] no_proxy` list.
 * No standard says how; these are the forms of Go's programs, which most others share.
 */
import { isIP } from 'node:net'
import { type HostPort, parseHost, parseHostPort } from '../base/names.ts'
import { isRange, rangeOf } from './address.ts'
import { coversHost } from './match.ts'
import type { HostPattern } from './route.ts'

export type Exception =
  | { kind: 'all' }
  /** Without a port, every port. */
  | { kind: 'hosts'; hosts: readonly HostPattern[]; port: number | undefined }
  | { kind: 'range'; covers: (address: string) => boolean }

/** Reads `*`, `host` (with all names below it), `.suffix` or `*.suffix` (those below alone), each with a port or without, an address, or a range in CIDR notation. */
export function parseException(text: string): Exception | undefined {
  if (text === '*') return { kind: 'all' }
  if (isRange(text)) return { kind: 'range', covers: rangeOf(text) }
  const suffix = /^\*?\.(.*)$/.exec(text)?.[1]
  const named = withPort(suffix ?? text)
  if (!named || (suffix !== undefined && isIP(named.host))) return undefined
  const { host, port } = named
  const below: HostPattern = { kind: 'below', parent: host }
  return { kind: 'hosts', hosts: suffix === undefined ? [{ kind: 'exact', host }, below] : [below], port }
}

function withPort(text: string): (Pick<HostPort, 'host'> & { port: number | undefined }) | undefined {
  const host = parseHost(text)
  return host === undefined ? parseHostPort(text) : { host, port: undefined }
}

export function isExcepted(target: HostPort, exceptions: readonly Exception[]): boolean {
  return exceptions.some((exception) => covers(exception, target))
}

function covers(exception: Exception, { host, port }: HostPort): boolean {
  switch (exception.kind) {
    case 'all':
      return true
    case 'hosts':
      return (
        (exception.port === undefined || exception.port === port) &&
        exception.hosts.some((pattern) => coversHost(pattern, host))
      )
    case 'range':
      return isIP(host) !== 0 && exception.covers(host)
  }
}
