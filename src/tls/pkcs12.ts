/**
 * A PKCS #12 file (RFC 7292) that holds nothing but certificates to trust:
 *
 *     PFX ── AuthenticatedSafe ── SafeContents ── one CertBag a certificate, with the attribute that says "trusted"
 *
 * Nothing in it is secret, so it is neither encrypted nor under a MAC, and opens with any password or none. It is our own
 * code because the attribute, without which Java sees no trust in a certificate, cannot be written through node-forge.
 */
import { encode, explicit, identifier, integer, type Node, octets, sequence, setOf } from './der.ts'

/** A PKCS #12 file in which a JVM trusts each of these certificates, given in DER. */
export function trustStoreOf(certificates: readonly Buffer[]): Buffer {
  const safeContents = sequence(...certificates.map(trustedBag))
  const authenticatedSafe = sequence(data(safeContents))
  return encode(sequence(integer(Buffer.of(3)), data(authenticatedSafe)))
}

/** RFC 5652 §4: content that is neither signed nor encrypted. */
const data = (content: Node) => sequence(identifier('1.2.840.113549.1.7.1'), explicit(0, octets(encode(content))))

/** RFC 7292 §4.2.3, a certBag with an x509Certificate. */
function trustedBag(certificate: Buffer): Node {
  const certBag = sequence(identifier('1.2.840.113549.1.9.22.1'), explicit(0, octets(certificate)))
  return sequence(identifier('1.2.840.113549.1.12.10.1.3'), explicit(0, certBag), setOf(trusted()))
}

// trustedKeyUsage, an attribute of Java's own, with anyExtendedKeyUsage (RFC 5280 §4.2.1.12).
function trusted(): Node {
  return sequence(identifier('2.16.840.1.113894.746875.1.1'), setOf(identifier('2.5.29.37.0')))
}
