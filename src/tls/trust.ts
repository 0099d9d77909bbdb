/**
 * Which roots an origin's certificate is verified with. There is no way to verify with none.
 */
import type { X509Certificate } from 'node:crypto'
import { createSecureContext, type SecureContext } from 'node:tls'
import { CordonError } from '../base/error.ts'
import { certificatesIn, certificatesOf, distinct, filesNamedBy, isCordonCa, systemRoots } from './roots.ts'

export interface OriginTrust {
  pems: string[]
  /** The files that the environment names and that hold no certificate; they count for nothing. */
  unread: readonly string[]
  /** TLS 1.2 or newer, these roots and no client certificate. Made once, when first asked for. */
  context(): SecureContext
}

export interface OriginTrustOptions {
  /** Absolute paths of PEM files, the `trust` of `[tls]`. */
  extra: readonly string[]
  /** Our own CA in PEM: an origin that shows one of our leaves is a client that found our key. */
  exclude?: string
  /** Cordon's own environment: SSL_CERT_FILE and NODE_EXTRA_CA_CERTS name more roots. */
  env?: NodeJS.ProcessEnv
}

/**
 * The system's roots, those that cordon's environment names, and those of `extra`; never the CA of a scope of cordon, unless
 * `extra` names another scope's. Throws `trust_unreadable` for a file of `extra`.
 */
export function originTrust({ extra, exclude = '', env = process.env }: OriginTrustOptions): OriginTrust {
  const named = filesNamedBy(env, ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS']).map(readNamed)
  const around = [...systemRoots(), ...named.flatMap(({ certificates }) => certificates)]
  const own = new Set(certificatesIn(exclude).map(({ fingerprint256 }) => fingerprint256))
  const roots = [...around.filter((root) => !isCordonCa(root)), ...extra.flatMap(certificatesOf)]
  const pems = distinct(roots)
    .filter(({ fingerprint256 }) => !own.has(fingerprint256))
    .map(String)

  let made: SecureContext | undefined
  return {
    pems,
    unread: named.filter(({ certificates }) => certificates.length === 0).map(({ path }) => path),
    context: () => {
      made ??= createSecureContext({ ca: pems, minVersion: 'TLSv1.2' })
      return made
    },
  }
}

// The variable was set for other programs, which pass over a file that is not there; so must we, or one stale line in a
// shell's profile would keep cordon from starting.
function readNamed(path: string): { path: string; certificates: X509Certificate[] } {
  try {
    return { path, certificates: certificatesOf(path) }
  } catch (thrown) {
    if (thrown instanceof CordonError) return { path, certificates: [] }
    throw thrown
  }
}
