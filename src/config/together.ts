/** The rules that no key can keep alone: what routes say to each other and to the rest of the file. */
import type { HostPort } from '../base/names.ts'
import { coversHost, coversPath } from '../policy/match.ts'
import type { HostPattern, Route } from '../policy/route.ts'
import type { SecretPlace } from '../secrets/source.ts'
import { type Finding, faultyValue } from './finding.ts'
import { parseProxyUrl } from './proxy-url.ts'
import { routeSchema } from './schema.ts'
import { type Table, valueIn } from './toml-tree.ts'

/** A route that is sound by itself, and where it is in the file. */
interface Placed {
  index: number
  route: Route<SecretPlace>
}

/** Faults between the parts of the file. A part with faults of its own is left out until those are mended. */
export function findingsTogether(data: Table): Finding[] {
  const written = valueIn(data, ['routes'])
  const all = Array.isArray(written) ? written : []
  const routes = all.flatMap((one, index): Placed[] => {
    const { data: route } = routeSchema.safeParse(one)
    return route ? [{ index, route }] : []
  })
  return [
    ...all.flatMap((_, index) => sameName(all, index)),
    ...routes.flatMap((placed, position) => [
      ...shadowed(placed, routes.slice(0, position)),
      ...cleartext(placed),
      ...circular(placed, data),
    ]),
    ...circularProxy(data),
    ...credentialWithoutProxy(data),
    ...withoutTls(routes, data),
    ...halfACa(data),
  ]
}

function sameName(all: readonly unknown[], index: number): Finding[] {
  const nameOf = (route: unknown) => valueIn(route, ['name'])
  const name = nameOf(all[index])
  const isTaken = typeof name === 'string' && all.slice(0, index).some((other) => nameOf(other) === name)
  return isTaken ? [faultyValue(['routes', index, 'name'], `"${name}" is the name of an earlier route already.`)] : []
}

/** The first route that covers a request takes it, so one whose requests are all covered before never gets any. */
function shadowed({ index, route }: Placed, before: readonly Placed[]): Finding[] {
  const takers = route.match.ports.map((port) => before.find((earlier) => takesAll(earlier.route, route, port)))
  const [taker] = takers
  if (!taker || takers.includes(undefined)) return []
  return [
    faultyValue(
      ['routes', index, 'match', 'host'],
      `No request can reach this route: the earlier route "${taker.route.name}" takes them all.`,
    ),
  ]
}

function takesAll({ match: earlier }: Route, { match: later }: Route, port: number): boolean {
  const methods = later.methods ?? []
  const takesMethods =
    !earlier.methods || (methods.length > 0 && methods.every((method) => earlier.methods?.includes(method)))
  const takesPaths = (later.paths ?? ['/']).every((path) =>
    (earlier.paths ?? ['/']).some((prefix) => coversPath(prefix, path)),
  )
  return earlier.ports.includes(port) && takesHosts(earlier.host, later.host) && takesMethods && takesPaths
}

function takesHosts(earlier: HostPattern, later: HostPattern): boolean {
  if (later.kind === 'exact') return coversHost(earlier, later.host)
  return earlier.kind === 'below' && (earlier.parent === later.parent || coversHost(earlier, later.parent))
}

function cleartext({ index, route }: Placed): Finding[] {
  const origin = originOf(route)
  if (!route.allowCleartext || (origin && isLoopback(origin))) return []
  return [
    faultyValue(
      ['routes', index, 'allow_cleartext'],
      'allow_cleartext is for an origin on loopback alone: elsewhere the credential would travel unencrypted.',
    ),
  ]
}

function circular({ index, route: { connectTo } }: Placed, data: Table): Finding[] {
  if (!connectTo || !isLoopback(connectTo) || connectTo.port !== valueIn(data, ['listen'])) return []
  return [
    faultyValue(
      ['routes', index, 'connect_to'],
      `connect_to leads back to cordon itself, which listens on ${connectTo.port}.`,
    ),
  ]
}

function circularProxy(data: Table): Finding[] {
  const written = valueIn(data, ['network', 'proxy'])
  const url = typeof written === 'string' ? parseProxyUrl(written) : undefined
  if (!url || !isLoopback(url.at) || url.at.port !== valueIn(data, ['listen'])) return []
  return [faultyValue(['network', 'proxy'], `proxy leads back to cordon itself, which listens on ${url.at.port}.`)]
}

/** HTTPS_PROXY brings its own; a password that is meant for one proxy goes to no other. */
function credentialWithoutProxy(data: Table): Finding[] {
  const isAlone =
    valueIn(data, ['network', 'proxy_auth']) !== undefined && valueIn(data, ['network', 'proxy']) === undefined
  return isAlone
    ? [faultyValue(['network', 'proxy_auth'], 'proxy_auth needs proxy beside it: the proxy it is for.')]
    : []
}

function withoutTls(routes: readonly Placed[], data: Table): Finding[] {
  const names = routes.filter(({ route }) => !route.allowCleartext).map(({ route }) => route.name)
  if (valueIn(data, ['tls', 'enabled']) !== false || names.length === 0) return []
  return [
    faultyValue(
      ['tls', 'enabled'],
      `enabled must be true: requests of ${names.join(', ')} come over HTTPS, and cordon could not see into them.`,
    ),
  ]
}

function halfACa(data: Table): Finding[] {
  const keys = ['ca_cert_path', 'ca_key_path']
  const [only, ...others] = keys.filter((key) => valueIn(data, ['tls', key]) !== undefined)
  if (only === undefined || others.length > 0) return []
  const other = keys.find((key) => key !== only)
  return [faultyValue(['tls', only], `${only} needs ${other} beside it: a certificate and its key belong together.`)]
}

/** Where the route's requests end; a pattern of many hosts has no such place. */
function originOf({ match, connectTo }: Route): HostPort | undefined {
  if (connectTo) return connectTo
  return match.host.kind === 'exact' ? { host: match.host.host, port: match.ports[0] ?? 443 } : undefined
}

function isLoopback({ host }: HostPort): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host)
}
