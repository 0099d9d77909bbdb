/**
 * What the way of a request needs to know. All of it is handed in as values: the proxy reads no file, no environment and
 * no terminal.
 */
import type { LookupAddress, LookupOptions } from 'node:dns'
import type { SecureContext } from 'node:tls'
import type { Log } from '../base/log.ts'
import type { HostPort } from '../base/names.ts'
import type { NetworkGuard } from '../policy/address.ts'
import type { Route } from '../policy/route.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { SecretPlace } from '../secrets/source.ts'
import type { Leaves } from '../tls/leaf.ts'
import type { Origins } from './origins.ts'

export type CredentialRoute = Route<SecretPlace>

export interface ProxyValues {
  /** The port on 127.0.0.1; 0 takes a free one. */
  port: number
  /** The user name of client tokens: the name of the scope this proxy serves. */
  audience: string
  routes: readonly CredentialRoute[]
  secrets: Secrets
  leaves: Leaves
  tokens: ClientTokens
  guard: NetworkGuard
  /** Verifies origins: the system's roots and the person's own. Made when the first origin is dialled. */
  originContext: () => SecureContext
  log: Log
  /** Appended to every command that an error names, such as ` --scope user`. */
  commandSuffix: string
  version: string
  connectTimeoutMs: number
  /** Resolves the names of targets that no route names: the system's way, but for a test of a name that changes its answer. */
  resolve: Resolve
}

/** `dns.lookup` with `all: true`. */
export type Resolve = (
  hostname: string,
  options: LookupOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/** What it takes to dial a target that a client chose. */
export type Guarding = Pick<Proxy, 'guard' | 'isSelf' | 'resolve' | 'connectTimeoutMs'>

/** Knows the client tokens as they are at this moment, so that a rotation holds for the next request. */
export interface ClientTokens {
  check(audience: string, token: string): { known: true; name: string } | { known: false }
}

/** The values, and what this proxy keeps between requests. */
export interface Proxy extends ProxyValues {
  origins: Origins
  /** True for an authority that is this proxy itself. */
  isSelf(target: HostPort): boolean
}
