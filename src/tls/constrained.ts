/**
 * What a trust store of the machine gets in place of the CA itself: a second certificate of the same name and key, which
 * critical name constraints (RFC 5280 §4.2.1.10) hold to the hosts of the routes. Every leaf chains to either, so the proxy
 * knows nothing of it; and who steals the CA's key can show the programs that believe the store those hosts and no other.
 *
 * RFC 5280 §6.1.1 leaves it open whether a root's own constraints count. To OpenSSL, GnuTLS, NSS and Go they do; to Java 17
 * they do not. A root whose key is thrown away above a constrained CA would bind Java too, but then every handshake would
 * carry one certificate more, and a running proxy would have to change it together with the stores.
 */
import { hash, X509Certificate } from 'node:crypto'
import type { HostPattern } from '../policy/route.ts'
import type { Ca } from './ca.ts'
import { reissue } from './certificate.ts'

/** The names that these hosts come to, each once and in order. A constraint covers the names below a host too. */
export function namesOf(hosts: readonly HostPattern[]): string[] {
  return [...new Set(hosts.map((one) => (one.kind === 'exact' ? one.host : one.parent)))].sort()
}

/** Eight hexadecimal digits that are the same for the same CA and names. */
export function constrainedId(ca: Ca, names: readonly string[]): string {
  return hash('sha256', [ca.certificate.fingerprint256, ...names].join('\n')).slice(0, 8)
}

/** The certificate for these names alone, valid as long as the CA. */
export function constrainedCa(ca: Ca, names: readonly string[]): X509Certificate {
  const { validFromDate: notBefore, validToDate: notAfter } = ca.certificate
  return new X509Certificate(reissue({ notBefore, notAfter, use: { kind: 'ca', only: names } }, ca))
}
