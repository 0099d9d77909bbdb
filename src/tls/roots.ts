/**
 * Where roots come from: the system, the files that a person's environment names, and PEM texts in general.
 */
import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { getCACertificates } from 'node:tls'
import { CordonError, sentenceOf } from '../base/error.ts'
import { caNamePrefix } from './ca.ts'

/** The certificates of a PEM text; what stands around them is skipped. Throws for one that is no certificate. */
export function certificatesIn(pem: string): X509Certificate[] {
  return blocksIn(pem).map((block) => new X509Certificate(block))
}

/** The certificates of a PEM file, at least one. Throws `trust_unreadable`. */
export function certificatesOf(path: string): X509Certificate[] {
  try {
    const certificates = certificatesIn(readFileSync(path, 'utf8'))
    if (certificates.length === 0) throw new Error('it holds no certificate in PEM')
    return certificates
  } catch (cause) {
    const hint = `look at it with \`openssl x509 -text -in ${path}\``
    throw new CordonError('trust_unreadable', `No certificate can be read from ${path}: ${sentenceOf(cause)}.`, {
      hint,
      cause,
    })
  }
}

/**
 * The roots of the system: on Linux and the BSDs of the one file that their TLS libraries share (or of `file`), elsewhere of
 * the system's store; where the system has none, those that Node carries along.
 */
export function systemRoots(file: string | undefined = systemFile()): X509Certificate[] {
  if (file !== undefined) return lenient(blocksIn(readFileSync(file, 'utf8')))
  const system = lenient(getCACertificates('system'))
  return system.length > 0 ? system : lenient(getCACertificates('bundled'))
}

/** The variables by which TLS libraries are pointed at a PEM file. */
export const trustVariables = ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'] as const

/** The files that the variables name, each once. */
export function filesNamedBy(env: NodeJS.ProcessEnv, variables: readonly string[] = trustVariables): string[] {
  const named = variables.map((variable) => env[variable]).filter((path) => path !== undefined && path !== '')
  return [...new Set(named)] as string[]
}

/** True for the CA of any scope of cordon: none of them vouches for an origin, nor for another scope's clients. */
export function isCordonCa({ subject, issuer }: X509Certificate): boolean {
  return subject === issuer && subject.startsWith(`CN=${caNamePrefix}`)
}

/** The certificates without the second of any two that are the same, byte for byte. */
export function distinct(certificates: readonly X509Certificate[]): X509Certificate[] {
  return [...new Map(certificates.map((certificate) => [certificate.fingerprint256, certificate])).values()]
}

const blocksIn = (pem: string): string[] =>
  pem.match(/^-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/gm) ?? []

// Debian and Alpine, Fedora, openSUSE, then the BSDs. Node would look where SSL_CERT_FILE points, which may be our bundle.
const systemFiles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

function systemFile(): string | undefined {
  if (process.platform === 'darwin' || process.platform === 'win32') return undefined
  return systemFiles.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
}

// TLS libraries pass over a root of the system that they cannot read; the others still hold.
function lenient(blocks: readonly string[]): X509Certificate[] {
  return blocks.flatMap((block) => {
    try {
      return [new X509Certificate(block)]
    } catch {
      return []
    }
  })
}
