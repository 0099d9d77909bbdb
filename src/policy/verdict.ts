import { coversPath, isAmbiguousPath } from './match.ts'
import type { Route } from './route.ts'

/** What policy says of one request to an intercepted target. */
export type Verdict<Place> =
  | { kind: 'inject'; route: Route<Place> }
  /** No route covers this path or method: the request goes on as its client made it. */
  | { kind: 'pass' }
  | { kind: 'refuse'; reason: 'ambiguous_path' }
  /** The client's token does not open the route. */
  | { kind: 'refuse'; reason: 'route_closed'; route: Route<Place> }

export interface RequestFacts {
  scheme: 'https' | 'http'
  method: string
  /** The path of the request target, without its query. */
  path: string
}

/**
 * The one decision, whichever way a request came in. `routes` are those of its target, from `routesAt`.
 *
 * The credential never travels in the clear: over plain HTTP a route injects only where it says `allow_cleartext`, which
 * the configuration grants to origins on loopback alone. `opened` are the names of the routes that the client's token opens,
 * undefined where it opens every one.
 */
export function decide<Place>(
  routes: readonly Route<Place>[],
  { scheme, method, path }: RequestFacts,
  opened?: ReadonlySet<string>,
): Verdict<Place> {
  if (routes.some(({ match }) => match.paths) && isAmbiguousPath(path))
    return { kind: 'refuse', reason: 'ambiguous_path' }
  const route = routes.find(({ match }) => coversMethod(match.methods, method) && coversSomePath(match.paths, path))
  if (!route || (scheme === 'http' && !route.allowCleartext)) return { kind: 'pass' }
  if (opened !== undefined && !opened.has(route.name)) return { kind: 'refuse', reason: 'route_closed', route }
  return { kind: 'inject', route }
}

const coversMethod = (methods: readonly string[] | undefined, method: string) => !methods || methods.includes(method)

const coversSomePath = (prefixes: readonly string[] | undefined, path: string) =>
  !prefixes || prefixes.some((prefix) => coversPath(prefix, path))
