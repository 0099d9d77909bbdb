import { CordonError } from '../../base/error.ts'
import type { RouteName } from '../../base/names.ts'
import type { Config } from '../../config/config.ts'
import { type HostOfVariable, hostsOfVariable } from '../../config/known-hosts.ts'
import { coversHostText } from '../../policy/match.ts'
import type { CredentialRoute } from '../../proxy/proxy.ts'
import type { SecretPlace } from '../../secrets/source.ts'
import { routeNameArgument, routeNamed } from '../arguments.ts'
import { shownWord } from '../word.ts'

/** Where the key of a variable belongs: the routes that there are for its hosts, and those that are missing. */
export interface Target {
  there: readonly CredentialRoute[]
  missing: readonly HostOfVariable[]
  /** Hosts that a missing one stands for, as long as nobody says that the key is of their region. */
  regions: readonly string[]
}

/** The routes that a person named for variables: `--key VARIABLE=ROUTE`. */
export type NamedRoutes = ReadonlyMap<string, RouteName>

/** Reads `VARIABLE=ROUTE`. Throws `usage`. */
export function namedRoutes(pairs: readonly string[] = []): NamedRoutes {
  return new Map(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1)
        throw new CordonError('usage', `"${shownWord(pair)}" is no pair of a variable and a route.`, {
          hint: 'write it as `--key VARIABLE=ROUTE`',
        })
      return [pair.slice(0, at), routeNameArgument(pair.slice(at + 1))]
    }),
  )
}

/** Undefined for a variable of which cordon knows no host. Throws `route_missing` for a named route that there is not. */
export function targetOf(variable: string, config: Config, named: NamedRoutes): Target | undefined {
  const name = named.get(variable)
  if (name !== undefined) return { there: [routeNamed(config, name)], missing: [], regions: [] }
  const hosts = hostsOfVariable(variable)
  if (hosts.length === 0) return undefined
  const isThere = ({ host }: HostOfVariable) => config.routes.some(({ match }) => coversHostText(match.host, host))
  const regionsOf = ({ host }: HostOfVariable) => hosts.filter((other) => other.regionOf === host)
  const missing = hosts.filter(
    (one) => one.regionOf === undefined && ![one, ...regionsOf(one)].some((other) => isThere(other)),
  )
  return {
    there: config.routes.filter(({ match }) => hosts.some(({ host }) => coversHostText(match.host, host))),
    missing,
    regions: missing.flatMap(regionsOf).map(({ host }) => host),
  }
}

/** The places that these routes take their secret from, each once. */
export function placesOf(routes: readonly CredentialRoute[]): SecretPlace[] {
  return [...new Map(routes.map(({ secret }) => [JSON.stringify(secret), secret])).values()]
}
