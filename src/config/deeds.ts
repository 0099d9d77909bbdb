/**
 * What a `cordon.toml` does that a stranger could want of it, each thing with all its facts: where a secret goes, whom cordon
 * believes, what it opens. Two files that do the same have the same deeds.
 */
import { hash } from 'node:crypto'
import { dirname, sep } from 'node:path'
import { readIfThere } from '../base/file.ts'
import { authorityOf } from '../base/names.ts'
import { coversHostText, coversPath, hostText } from '../policy/match.ts'
import type { Auth, RouteMatch } from '../policy/route.ts'
import type { SecretPlace } from '../secrets/source.ts'
import type { Config } from './config.ts'

export interface Deed {
  does: string
  /** Which requests a route does it for, and how; any other deed is done or not. */
  route?: RouteMatch & { how: string }
}

/** In the order of the file. */
export function deedsOf({ path, routes, tls, network }: Config): Deed[] {
  const { proxy, proxyAuth, allow } = network
  const own = [tls.caCert, tls.caKey].filter((file) => file !== undefined)
  const others = [
    ...tls.trust.map((file) => `believes the CAs of ${quoted(file)}${contentOf(file, path)}`),
    ...own.map((file) => `takes its own CA from ${quoted(file)}`),
    ...(proxy ? [`goes through the proxy ${proxy.scheme}://${authorityOf(proxy.at)}`] : []),
    ...(proxyAuth ? [`shows it ${placeText(proxyAuth.secret)} as ${authText({ type: 'basic', ...proxyAuth })}`] : []),
    ...allow.map((entry) => `lets agents reach ${entry}`),
  ]
  return [...routes.map(routeDeed), ...others.map((does) => ({ does }))]
}

function routeDeed({ name, match, auth, secret, connectTo, allowCleartext }: Config['routes'][number]): Deed {
  const how = [
    ...(connectTo ? [`at ${authorityOf(connectTo)}`] : []),
    ...(allowCleartext ? ['also without TLS'] : []),
    `(route ${name})`,
  ]
  return { does: `sends ${placeText(secret)} as ${authText(auth)}`, route: { ...match, how: how.join(' ') } }
}

/** The end of a sentence that names the file. */
export function deedText({ does, route }: Deed): string {
  if (!route) return does
  const { host, ports, paths, methods, how } = route
  return [
    does,
    `to ${hostText(host)}:${ports.join(',')}`,
    ...(paths ? [`below ${paths.join(' ')}`] : []),
    ...(methods ? [`by ${methods.join(' ')}`] : []),
    how,
  ].join(' ')
}

/** Whether a deed is no more than another: the same, or done for some of the same requests. */
export function isWithin(deed: Deed, other: Deed): boolean {
  if (deed.does !== other.does) return false
  const [one, whole] = [deed.route, other.route]
  if (!one || !whole) return one === whole
  return (
    one.how === whole.how &&
    coversHostText(whole.host, hostText(one.host)) &&
    one.ports.every((port) => whole.ports.includes(port)) &&
    areWithin(one.paths, whole.paths, coversPath) &&
    areWithin(one.methods, whole.methods, (method, other) => method === other)
  )
}

/** Undefined is all there are. */
function areWithin(
  some: readonly string[] | undefined,
  whole: readonly string[] | undefined,
  covers: (one: string, other: string) => boolean,
): boolean {
  return whole === undefined || (some?.every((other) => whole.some((one) => covers(one, other))) ?? false)
}

function authText(auth: Auth): string {
  if (auth.type === 'basic') return `the password of ${quoted(auth.username)}`
  return [auth.headerName, ...(auth.scheme === undefined ? [] : [auth.scheme])].join(' ')
}

function placeText(place: SecretPlace): string {
  if (place.source === 'age') return `${quoted(place.account)} of the encrypted file`
  const { account, service, decode, store } = place
  const facts = [service === 'cordon' ? [] : quoted(service), store ?? [], decode ?? []].flat()
  return `${quoted(account)} of the keyring${facts.length === 0 ? '' : ` (${facts.join(', ')})`}`
}

/** Of a file that lies with the project, and may be replaced as that may, also what is in it. */
function contentOf(file: string, path: string): string {
  if (!file.startsWith(dirname(path) + sep)) return ''
  return ` as it is (${hash('sha256', readIfThere(file) ?? '').slice(0, 16)})`
}

/** In plain letters: the text is the file's, and a terminal or a reader would take others for what they are not. */
const quoted = (text: string) =>
  JSON.stringify(text).replace(/[^\x20-\x7e]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
