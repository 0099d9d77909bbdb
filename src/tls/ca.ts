/**
 * The CA: an issuer whose private key lies in a file that only its owner may read. Its two files are made once and never
 * replaced, because every client that trusts the old certificate would stop at a new one.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { type Clock, dayMs, hourMs, systemClock } from '../base/clock.ts'
import { CordonError, sentenceOf } from '../base/error.ts'
import { readRegular } from '../base/file.ts'
import { underLock } from '../base/lock.ts'
import { type CaPaths, keepPair, lookAtPair, refuseUnsafe } from './ca-files.ts'
import { type Issuer, issueRoot, issuerOf, newKey } from './certificate.ts'

export interface Ca extends Issuer {
  certPem: string
  certificate: X509Certificate
}

export interface CaOptions {
  /** Whose CA it is; goes into the certificate as `cordon CA <name>`. */
  name: string
  clock?: Clock
}

/** How every CA of cordon is named, so that one scope's cordon can tell another's CA. */
export const caNamePrefix = 'cordon CA '

const lifeMs = 730 * dayMs

/** Loads the CA, or makes it where neither of its files is there. Throws as `loadCa` and `createCa` do. */
export function ensureCa(paths: CaPaths, options: CaOptions): { ca: Ca; made: boolean } {
  return underLock(paths.caKey, () =>
    lookAtPair(paths) === 'absent'
      ? { ca: createCa(paths, options), made: true }
      : { ca: loadCa(paths, options.clock), made: false },
  )
}

/**
 * The CA that the two files hold. Throws `ca_missing`, `ca_incomplete` (one file without the other), `symlink_refused`,
 * `ca_exposed` (others may read the key, or put another in its place), `ca_unreadable`, `ca_mismatched` (the key is of
 * another certificate), `ca_unsuited` (it may not sign certificates, or cannot), `ca_expired`.
 */
export function loadCa(paths: CaPaths, clock: Clock = systemClock): Ca {
  if (lookAtPair(paths) === 'absent') {
    throw new CordonError('ca_missing', `There is no CA at ${paths.caCert} yet.`, {
      hint: 'make one with `cordon setup`',
    })
  }
  refuseUnsafe(paths)
  const certificate = read(paths.caCert, (pem) => new X509Certificate(pem))
  const key = read(paths.caKey, (pem) => createPrivateKey(pem))
  refuseMismatched(paths, certificate, key)
  refuseUnsuited(paths.caCert, certificate, key)
  refuseExpired(paths, certificate, clock)
  return caOf(certificate, key)
}

/** Makes a CA that is valid for two years. Throws `ca_exists`, `ca_exposed`, `symlink_refused`, `file_unwritable`. */
export function createCa(paths: CaPaths, { name, clock = systemClock }: CaOptions): Ca {
  const key = newKey()
  const notBefore = new Date(clock.now() - hourMs)
  const notAfter = new Date(clock.now() + lifeMs)
  const pem = issueRoot({ commonName: commonNameOf(name), notBefore, notAfter, use: { kind: 'ca' } }, key)
  keepPair(paths, pem, String(key.export({ type: 'pkcs8', format: 'pem' })))
  return caOf(new X509Certificate(pem), key)
}

function refuseExpired({ caCert, caKey }: CaPaths, certificate: X509Certificate, clock: Clock): void {
  const { validFromDate, validToDate } = certificate
  if (clock.now() >= validFromDate.getTime() && clock.now() < validToDate.getTime()) return
  const sentence = `The CA at ${caCert} is valid from ${validFromDate.toISOString()} to ${validToDate.toISOString()} only.`
  throw new CordonError('ca_expired', sentence, { hint: `move ${caCert} and ${caKey} away, then run \`cordon setup\`` })
}

// RFC 5280 appendix A.1: a common name has at most 64 characters. Of a longer one the end stays too, which is the hash.
function commonNameOf(name: string): string {
  const room = 64 - caNamePrefix.length
  return caNamePrefix + (name.length > room ? name.slice(0, room - 9) + name.slice(-9) : name)
}

function caOf(certificate: X509Certificate, key: KeyObject): Ca {
  return { ...issuerOf(certificate.raw, key), certPem: certificate.toString(), certificate }
}

function read<T>(path: string, parse: (pem: string) => T): T {
  try {
    return parse(readRegular(path).toString('utf8'))
  } catch (cause) {
    // OpenSSL's words for a key that does not parse are of no use to a person, and the key itself is of use to too many.
    const hint = `look at it with \`ls -l ${path}\`; if it is damaged, move the CA's two files away and run \`cordon setup\``
    throw new CordonError('ca_unreadable', `${path} holds nothing that cordon can read: ${sentenceOf(cause)}.`, {
      hint,
      cause,
    })
  }
}

function refuseMismatched({ caCert, caKey }: CaPaths, certificate: X509Certificate, key: KeyObject): void {
  if (certificate.checkPrivateKey(key)) return
  const hint = 'put the two files of one CA there, or move both away and run `cordon setup`'
  throw new CordonError('ca_mismatched', `The key ${caKey} is not the key of the certificate ${caCert}.`, { hint })
}

function refuseUnsuited(path: string, certificate: X509Certificate, key: KeyObject): void {
  const type = key.asymmetricKeyType
  if (certificate.ca && (type === 'ec' || type === 'rsa')) return
  const reason = certificate.ca ? `its key is ${type}, not EC or RSA` : 'it is no CA certificate'
  throw new CordonError('ca_unsuited', `${path} cannot sign certificates: ${reason}.`, {
    hint: 'name a CA certificate in `[tls]`, or take `[tls]` out of cordon.toml and run `cordon setup`',
  })
}
