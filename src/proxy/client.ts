/**
 * Who a client says it is. A loopback address says nothing (tunnels, containers and other users arrive from there too),
 * so a credential is given only for a token.
 */
import type { RequestFields } from './fields.ts'

/** Knows the client tokens as they are at this moment, so that a rotation holds for the next request. */
export interface ClientTokens {
  /** `routes` are those that the token opens, undefined where it opens every one. */
  check(audience: string, token: string): { known: true; name: string; routes?: ReadonlySet<string> } | { known: false }
  /** Another number whenever the tokens have changed. */
  revision(): number
}

export type Client =
  | { kind: 'anonymous' }
  /** The field was there and is no `Basic audience:token`, or was there twice. */
  | { kind: 'malformed' }
  | { kind: 'unknown' }
  | {
      kind: 'known'
      name: string
      audience: string
      token: string
      revision: number
      /** The routes that its token opens; every one where undefined. */
      routes: ReadonlySet<string> | undefined
    }

/** Reads Proxy-Authorization (RFC 9110 §11.7.2) in the Basic scheme (RFC 7617), the one form that every client sends. */
export function clientOf({ proxyAuthorizations: fields }: RequestFields, tokens: ClientTokens): Client {
  if (fields.length === 0) return { kind: 'anonymous' }
  const match = fields.length === 1 ? /^basic +([a-z0-9+/]+={0,2}) *$/i.exec(fields[0] ?? '') : undefined
  const pair = match?.[1] === undefined ? '' : Buffer.from(match[1], 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  if (colon < 1) return { kind: 'malformed' }
  const audience = pair.slice(0, colon)
  const token = pair.slice(colon + 1)
  // Asked before the check, so that a change in between is seen as one.
  const revision = tokens.revision()
  const check = tokens.check(audience, token)
  if (!check.known) return { kind: 'unknown' }
  return { kind: 'known', name: check.name, audience, token, revision, routes: check.routes }
}

/** A token that was revoked while its tunnel is open is no longer known. */
export function isStillKnown(client: Client, tokens: ClientTokens): boolean {
  if (client.kind !== 'known') return false
  const revision = tokens.revision()
  if (revision === client.revision) return true
  const check = tokens.check(client.audience, client.token)
  if (!check.known) return false
  client.revision = revision
  client.routes = check.routes
  return true
}
