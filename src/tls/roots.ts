/**
 * Where roots come from: the system, the files that a person's environment names, and PEM texts in general.
 */
import { X509Certificate } from 'node:crypto'
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { getCACertificates } from 'node:tls'
import { CordonError, sentenceOf } from '../base/error.ts'
import { readIfThere, readRegular } from '../base/file.ts'
import { caNamePrefix } from './ca.ts'
import { trustVariables } from './trust-variables.ts'

/**
 * The roots of the system: on Linux and the BSDs of the one file that their TLS libraries share (or of `file`), elsewhere of
 * the system's store; where the system has none, those that Node carries along.
 */
export function systemRoots(file: string | undefined = systemFile()): X509Certificate[] {
  const system = file === undefined ? readableOf(getCACertificates('system')) : certificatesIn(readIfThere(file) ?? '')
  return system.length > 0 ? system : readableOf(getCACertificates('bundled'))
}

/** The certificates of a PEM text. What stands around them is passed over, and so is one that cannot be read. */
export function certificatesIn(pem: string): X509Certificate[] {
  return readableOf(blocksIn(pem))
}

/** The certificates of a PEM file, at least one and every one readable. Throws `trust_unreadable`. */
export function certificatesOf(path: string): X509Certificate[] {
  try {
    const certificates = blocksIn(readRegular(path).toString('utf8')).map((block) => new X509Certificate(block))
    if (certificates.length === 0) throw new Error('it holds no certificate in PEM')
    return certificates
  } catch (cause) {
    const hint = `look at it with \`openssl x509 -text -in ${path}\``
    throw new CordonError('trust_unreadable', `No roots can be read from ${path}: ${sentenceOf(cause)}.`, {
      hint,
      cause,
    })
  }
}

/** The files that the variables name, absolute and each once. */
export function filesNamedBy(env: NodeJS.ProcessEnv, variables: readonly string[] = trustVariables): string[] {
  return [...new Set(variables.flatMap((variable) => env[variable] || []).map((path) => resolve(path)))]
}

/**
 * The text of a file that a variable names, empty where it cannot be read: the variable was set for other programs, which
 * pass over such a file, and one stale line in a shell's profile shall not keep cordon from starting.
 */
export function textNamed(path: string): string {
  try {
    return readIfThere(path) ?? ''
  } catch {
    return ''
  }
}

/** True for the CA of any scope of cordon: none of them vouches for an origin, nor for another scope's clients. */
export function isCordonCa({ subject, issuer }: X509Certificate): boolean {
  return subject === issuer && subject.startsWith(`CN=${caNamePrefix}`)
}

export function hasSameKey(one: X509Certificate, other: X509Certificate): boolean {
  return one.publicKey.equals(other.publicKey)
}

const blocksIn = (pem: string): string[] =>
  pem.match(/^-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/gm) ?? []

function readableOf(blocks: readonly string[]): X509Certificate[] {
  return blocks.flatMap((block) => {
    try {
      return [new X509Certificate(block)]
    } catch {
      return []
    }
  })
}

// Debian and Alpine, Fedora, openSUSE, then the BSDs.
const systemFiles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

// Node's own answer follows SSL_CERT_FILE here, and that may be the very bundle that is to be made of the system's roots.
function systemFile(): string | undefined {
  if (process.platform === 'darwin' || process.platform === 'win32') return undefined
  return systemFiles.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
}
