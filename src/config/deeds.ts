/**
 * What a `cordon.toml` does that a stranger could want of it, each thing as one sentence with all its facts: where a secret
 * goes, whom cordon believes, what it opens. Two files that do the same have the same sentences.
 */
import { hash } from 'node:crypto'
import { dirname, sep } from 'node:path'
import { readIfThere } from '../base/file.ts'
import { authorityOf } from '../base/names.ts'
import type { Auth } from '../policy/route.ts'
import type { SecretPlace } from '../secrets/source.ts'
import type { Config } from './load.ts'

/** In the order of the file, each the end of a sentence that names it. */
export function deedsOf({ path, routes, tls, network }: Config): string[] {
  const { proxy, proxyAuth, allow } = network
  const own = [tls.caCert, tls.caKey].filter((file) => file !== undefined)
  return [
    ...routes.map(routeDeed),
    ...tls.trust.map((file) => `believes the CAs of ${quoted(file)}${contentOf(file, path)}`),
    ...own.map((file) => `takes its own CA from ${quoted(file)}`),
    ...(proxy ? [`goes through the proxy ${proxy.scheme}://${authorityOf(proxy.at)}`] : []),
    ...(proxyAuth ? [`shows it ${placeText(proxyAuth.secret)} as ${authText({ type: 'basic', ...proxyAuth })}`] : []),
    ...allow.map((entry) => `lets agents reach ${entry}`),
  ]
}

function routeDeed({ name, match, auth, secret, connectTo, allowCleartext }: Config['routes'][number]): string {
  const { host, ports, paths, methods } = match
  return [
    `sends ${placeText(secret)} as ${authText(auth)}`,
    `to ${host.kind === 'exact' ? host.host : `*.${host.parent}`}:${ports.join(',')}`,
    ...(connectTo ? [`at ${authorityOf(connectTo)}`] : []),
    ...(paths ? [`below ${paths.join(' ')}`] : []),
    ...(methods ? [`by ${methods.join(' ')}`] : []),
    ...(allowCleartext ? ['also without TLS'] : []),
    `(route ${name})`,
  ].join(' ')
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
