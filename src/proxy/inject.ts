import { Buffer } from 'node:buffer'
import type { Auth } from '../policy/route.ts'
import type { Secret } from '../secrets/secret.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { type Fields, type RequestFields, withoutFields } from './fields.ts'
import type { CredentialRoute } from './proxy.ts'
import { secretFault } from './secret-fault.ts'

/**
 * The fields in which clients carry a credential of their own. On a request that gets the route's credential none of them
 * passes, so that an agent can neither leak a key it holds nor use somebody else's account on the same origin.
 */
const credentialFields = [
  'authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'x-auth-token',
  'x-access-token',
  'private-token',
  'job-token',
  'x-amz-security-token',
  'ocp-apim-subscription-key',
]

/**
 * Fields by which some origins let a request say that it is another: on a route that is bound to methods or paths they
 * would undo that bound, so they end here.
 */
const overrideFields = [
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
  'x-original-url',
  'x-rewrite-url',
]

/** The secret of a route, at once where its store has it at hand. Throws what the store has to say, with the command that mends it. */
export function secretOf(route: CredentialRoute, secrets: Secrets, commandSuffix: string): Secret | Promise<Secret> {
  const fail = (cause: unknown): never => {
    throw secretFault(cause, `The credential of the route ${route.name} is not there`, route.name, commandSuffix)
  }
  try {
    return secrets.held(route.secret) ?? secrets.fetch(route.secret).catch(fail)
  } catch (cause) {
    return fail(cause)
  }
}

/** Puts the route's credential in place of the client's own, so that an agent never chooses what its origin sees. */
export function inject(fields: RequestFields, route: CredentialRoute, secret: Secret): Fields {
  const kept = withoutFields(fields, namesFor(route))
  kept.push(fieldNameOf(route.auth), credentialOf(route.auth, secret))
  return kept
}

const namesByRoute = new WeakMap<CredentialRoute, ReadonlySet<string>>()

function namesFor(route: CredentialRoute): ReadonlySet<string> {
  const known = namesByRoute.get(route)
  if (known) return known
  const isBound = route.match.methods !== undefined || route.match.paths !== undefined
  const own = fieldNameOf(route.auth).toLowerCase()
  const names = new Set([...credentialFields, own, ...(isBound ? overrideFields : [])])
  namesByRoute.set(route, names)
  return names
}

const fieldNameOf = (auth: Auth) => (auth.type === 'header' ? auth.headerName : 'Authorization')

/** RFC 9110 §11.4 for `<scheme> <token>`; RFC 7617 §2 for Basic. */
export function credentialOf(auth: Auth, secret: Secret): string {
  switch (auth.type) {
    case 'header':
      return auth.scheme === undefined ? secret.reveal() : `${auth.scheme} ${secret.reveal()}`
    case 'basic':
      return `Basic ${Buffer.from(`${auth.username}:${secret.reveal()}`, 'utf8').toString('base64')}`
  }
}
