/**
 * Which roots an origin's certificate is verified with. There is no way to verify with none.
 */
import { createSecureContext, type SecureContext } from 'node:tls'
import {
  certificatesIn,
  certificatesOf,
  filesNamedBy,
  hasSameKey,
  isCordonCa,
  systemRoots,
  textNamed,
} from './roots.ts'

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
  /** Our own CA in PEM. No certificate of its key is among the roots, wherever it comes from: `cordon trust` makes others. */
  exclude?: string
  /** Cordon's own environment: SSL_CERT_FILE and NODE_EXTRA_CA_CERTS name more roots. */
  env?: NodeJS.ProcessEnv
}

/**
 * The system's roots, those that cordon's environment names, and those of `extra`. A CA of cordon is a root only where
 * `extra` names it, and our own not even there. Throws `trust_unreadable` for a file of `extra`.
 */
export function originTrust({ extra, exclude = '', env = process.env }: OriginTrustOptions): OriginTrust {
  const named = filesNamedBy(env, ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS']).map((path) => ({
    path,
    roots: certificatesIn(textNamed(path)),
  }))
  const around = [...systemRoots(), ...named.flatMap(({ roots }) => roots)].filter((root) => !isCordonCa(root))
  const roots = new Map([...around, ...extra.flatMap(certificatesOf)].map((root) => [root.fingerprint256, root]))
  const own = certificatesIn(exclude)
  const pems = [...roots.values()].filter((root) => !own.some((one) => hasSameKey(one, root))).map(String)

  let made: SecureContext | undefined
  return {
    pems,
    unread: named.filter(({ roots }) => roots.length === 0).map(({ path }) => path),
    context() {
      made ??= createSecureContext({ ca: pems, minVersion: 'TLSv1.2' })
      return made
    },
  }
}
