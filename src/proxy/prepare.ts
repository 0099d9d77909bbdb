/**
 * The first half of every request's way, the same for a request in a tunnel, one in absolute-form and a WebSocket
 * handshake: what it is for, whether its client may, what policy says, and the fields it goes on with.
 */
import { CordonError } from '../base/error.ts'
import { routesAt } from '../policy/match.ts'
import { decide, type Verdict } from '../policy/verdict.ts'
import type { SecretPlace } from '../secrets/source.ts'
import { type Client, isStillKnown } from './client.ts'
import type { ClientRequest } from './client-request.ts'
import { refuseForbidden } from './dial.ts'
import type { Door } from './door.ts'
import type { Fields } from './fields.ts'
import { readWellFormed } from './framing.ts'
import { inject, secretOf } from './inject.ts'
import type { CredentialRoute, Proxy } from './proxy.ts'
import { type Target, type TunnelTarget, targetInAbsoluteForm, targetInTunnel } from './target.ts'

/** How a request came in: inside a tunnel that cordon terminates, or as plain HTTP. */
export type Way =
  | {
      kind: 'tunnel'
      tunnel: TunnelTarget
      /** Those of `among`, the routes of the proxy as they were when a request last came. */
      routes: readonly CredentialRoute[]
      among: readonly CredentialRoute[]
      client: Client
      serverName: () => string | undefined
    }
  | { kind: 'plain'; client: Client }

/** What is known of a request so far; the log line is written from it, however far the request came. */
export interface Progress {
  target?: Target
  verdict?: Verdict<SecretPlace>
}

export interface Prepared {
  target: Target
  fields: Fields
  pool: Door
}

/** Throws the `CordonError` that refuses the request; nothing has reached an origin then. */
export async function prepare(request: ClientRequest, way: Way, proxy: Proxy, progress: Progress): Promise<Prepared> {
  const target = readWellFormed(request, () =>
    way.kind === 'tunnel' ? targetInTunnel(request, way.tunnel, way.serverName()) : targetInAbsoluteForm(request),
  )
  progress.target = target
  const routes = way.kind === 'tunnel' ? routesIn(way, proxy) : routesAt(proxy.routes, target)
  admit(way.client, routes.length > 0, proxy)
  refuseReflection(target)
  const verdict = decide(routes, target, way.client.kind === 'known' ? way.client.routes : undefined)
  progress.verdict = verdict
  if (verdict.kind !== 'refuse')
    proxy.tally.admit(way.client, verdict.kind === 'inject' ? verdict.route.name : undefined)
  switch (verdict.kind) {
    case 'refuse':
      throw refused(verdict, target, way.client, proxy)
    case 'pass':
      return { target, fields: request.fields.endToEnd, pool: doorOf(target, request, routes[0], proxy) }
    case 'inject': {
      const { route } = verdict
      refuseForeignPage(request.fields, route)
      const secret = await secretOf(route, proxy.secrets, proxy.commandSuffix)
      return { target, fields: inject(request.fields, route, secret), pool: doorOf(target, request, route, proxy) }
    }
  }
}

function refused(
  verdict: Verdict<SecretPlace> & { kind: 'refuse' },
  { host }: Target,
  client: Client,
  { commandSuffix }: Proxy,
): CordonError {
  if (verdict.reason === 'route_closed') {
    const { name } = verdict.route
    const token = client.kind === 'known' ? ` ${client.name}` : ''
    return new CordonError('route_closed', `The client token${token} does not open the route ${name}.`, {
      hint: `use one that does, as \`cordon token add NAME --route ${name}${commandSuffix}\` makes it`,
    })
  }
  const sentence = `The path can be read in more than one way, and ${host} has routes that depend on it.`
  return new CordonError('ambiguous_path', sentence, {
    hint: 'send the path in its plain form, without dot segments',
  })
}

/** A tunnel outlives the routes that it was opened under: they are looked up again once the proxy has others. */
function routesIn(way: Way & { kind: 'tunnel' }, { routes }: Proxy): readonly CredentialRoute[] {
  if (way.among !== routes) Object.assign(way, { among: routes, routes: routesAt(routes, way.tunnel) })
  return way.routes
}

/** Throws `token_missing`, `token_malformed` or `token_unknown`. A target without a route needs no token, but no wrong one either. */
export function admit(client: Client, isRouted: boolean, proxy: Proxy): void {
  switch (client.kind) {
    case 'anonymous':
      if (isRouted)
        throw new CordonError('token_missing', 'The request carries no client token.', {
          hint: `use the proxy URL that \`cordon env${proxy.commandSuffix}\` prints`,
        })
      return
    case 'malformed':
      throw new CordonError(
        'token_malformed',
        'The Proxy-Authorization field is not a single `Basic` credential of audience and token.',
        {
          hint: `use the proxy URL that \`cordon env${proxy.commandSuffix}\` prints`,
        },
      )
    case 'unknown':
      throw unknownToken(proxy)
    case 'known':
      if (!isStillKnown(client, proxy.tokens)) throw unknownToken(proxy)
  }
}

function unknownToken(proxy: Proxy): CordonError {
  return new CordonError('token_unknown', 'The client token is not one of this cordon, or it was revoked.', {
    hint: `set the agent up again with \`cordon setup\`, or use the proxy URL that \`cordon env${proxy.commandSuffix}\` prints`,
  })
}

/** RFC 9110 §9.3.8: TRACE sends the request back in the answer, and with it the credential. */
function refuseReflection({ method }: Target): void {
  if (method === 'TRACE' || method === 'TRACK')
    throw new CordonError('method_refused', `${method} would show the credential to its sender.`)
}

/**
 * A page that lies open in a browser behind the proxy must not act with the person's key, and an API that lets every site read
 * its answers (as GitHub's does) would show them to it. Browsers tell whose request it is, in a field that no script can write
 * and that programs do not send (W3C Fetch Metadata §2.3).
 */
function refuseForeignPage({ endToEnd, names }: ClientRequest['fields'], { name }: CredentialRoute): void {
  const index = names.indexOf('sec-fetch-site')
  if (index === -1 || !/^(cross|same)-site$/i.test(endToEnd[2 * index + 1] ?? '')) return
  throw new CordonError('page_refused', `A web page of another origin asked, and the route ${name} is for programs.`)
}

/** A routed host lies where its route says (a path that no route covers, where the host's first one says); any other is guarded. */
function doorOf(target: Target, { needsHttp2 }: ClientRequest, route: CredentialRoute | undefined, proxy: Proxy): Door {
  if (route) return proxy.origins.doorFor(target, { kind: 'configured', at: route.connectTo ?? target }, needsHttp2)
  refuseForbidden(target, proxy)
  return proxy.origins.doorFor(target, { kind: 'guarded' }, needsHttp2)
}
