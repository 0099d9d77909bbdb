import { type HostPort, parseHost } from '../base/names.ts'
import { isLoopback } from '../policy/address.ts'
import { Secret } from '../secrets/secret.ts'

export interface ProxyUrl {
  scheme: 'http' | 'https'
  at: HostPort
  credentials: { username: string; password: Secret } | undefined
}

/** Reads the URL of an HTTP proxy; as for most programs, one without a scheme is `http`. Undefined for whatever is none. */
export function parseProxyUrl(text: string): ProxyUrl | undefined {
  const whole = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`
  if (!URL.canParse(whole)) return undefined
  const { protocol, hostname, port, pathname, search, hash, username, password } = new URL(whole)
  const host = parseHost(hostname)
  const scheme = protocol === 'http:' ? 'http' : protocol === 'https:' ? 'https' : undefined
  if (scheme === undefined || host === undefined || pathname !== '/' || search !== '' || hash !== '') return undefined
  const at = { host, port: port === '' ? (scheme === 'http' ? 80 : 443) : Number(port) }
  if (username === '' && password === '') return { scheme, at, credentials: undefined }
  const [name, word] = [decoded(username), decoded(password)]
  return name === undefined || word === undefined
    ? undefined
    : { scheme, at, credentials: { username: name, password: new Secret(word) } }
}

/** The user name of a cordon's URL is the name of its scope, the password one of its tokens. */
export function isCordonUrl({ at, credentials }: ProxyUrl, listen: number): boolean {
  if (!isLoopback(at.host)) return false
  if (at.port === listen) return true
  const isScope = credentials !== undefined && /(^user|-[0-9a-f]{8})$/.test(credentials.username)
  return isScope && /^[\w-]{43}$/.test(credentials.password.reveal())
}

/** RFC 3986 §2.1; undefined where the text cannot stand in a field of Basic (RFC 7617 §2). */
function decoded(text: string): string | undefined {
  try {
    const plain = decodeURIComponent(text)
    return /[\x00-\x1f\x7f]/.test(plain) ? undefined : plain
  } catch {
    return undefined
  }
}
