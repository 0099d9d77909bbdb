/**
 * Leaves: what an intercepted tunnel shows its client in the origin's name. One key serves all leaves of a process and is
 * never written down, so a leaf dies with the process that made it.
 */
import { createPublicKey, type KeyObject, type X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { createSecureContext, type SecureContext } from 'node:tls'
import { type Clock, hourMs, systemClock } from '../base/clock.ts'
import { CordonError } from '../base/error.ts'
import type { Host } from '../base/names.ts'
import type { Ca } from './ca.ts'
import { type Issuer, issue, newKey } from './certificate.ts'

/** The leaves of one CA. */
export interface Leaves {
  /** A context whose leaf names `host` and is valid for a day at least, unless the CA is not. Throws `ca_expired`. */
  contextFor(host: Host): SecureContext
}

export interface LeafFacts {
  /** DNS names and IP addresses without brackets, the first of which is the common name where it may be. */
  names: readonly [string, ...string[]]
  /** The leaf's key pair or its public half. */
  key: KeyObject
  notBefore: Date
  notAfter: Date
}

const lifeMs = 48 * hourMs
const earlyMs = hourMs
const mostHosts = 2000

/** Opens an empty cache of leaves; each is made when its host is first asked for. */
export function openLeaves(ca: Ca, clock: Clock = systemClock): Leaves {
  const key = newKey()
  const keyPem = String(key.export({ type: 'pkcs8', format: 'pem' }))
  const cache = new Map<Host, Leaf>()

  return {
    contextFor(host) {
      const now = clock.now()
      const known = cache.get(host)
      const leaf = known && isFresh(known, now) ? known : makeLeaf(host, now)
      // A Map keeps the order of insertion: what was used last stands last.
      cache.delete(host)
      cache.set(host, leaf)
      if (cache.size > mostHosts) forgetOldest(cache)
      return leaf.context
    },
  }

  function makeLeaf(host: Host, now: number): Leaf {
    const expiry = Math.min(now + lifeMs, ca.certificate.validToDate.getTime())
    if (now >= expiry) throw expired(ca.certificate)
    const facts = { names: [host] as const, key, notBefore: new Date(now - earlyMs), notAfter: new Date(expiry) }
    const context = createSecureContext({ cert: mintLeaf(ca, facts), key: keyPem, minVersion: 'TLSv1.2' })
    return { context, notBeforeMs: now - earlyMs, renewMs: now + (expiry - now) / 2 }
  }
}

/**
 * A leaf in PEM. A name longer than a common name may be (64 characters) leaves the subject empty, and so does an address:
 * OpenSSL and GnuTLS would hold it against the DNS names that a constrained CA permits.
 */
export function mintLeaf(issuer: Issuer, { names, key, notBefore, notAfter }: LeafFacts): string {
  const commonName = names[0].length <= 64 && isIP(names[0]) === 0 ? names[0] : undefined
  const publicKey = key.type === 'private' ? createPublicKey(key) : key
  return issue({ commonName, publicKey, notBefore, notAfter, use: { kind: 'server', names } }, issuer)
}

interface Leaf {
  context: SecureContext
  notBeforeMs: number
  /** Half of the leaf's life is gone then, so that no client ever sees the end of it. */
  renewMs: number
}

// A clock that was turned back may stand before the leaf's first moment.
const isFresh = ({ notBeforeMs, renewMs }: Leaf, now: number) => now >= notBeforeMs && now < renewMs

function forgetOldest(cache: Map<Host, Leaf>): void {
  const [oldest] = cache.keys()
  if (oldest !== undefined) cache.delete(oldest)
}

function expired({ subject, validToDate }: X509Certificate): CordonError {
  const sentence = `The CA ${subject.replaceAll('\n', ', ')} was valid until ${validToDate.toISOString()}, so no leaf can be made.`
  return new CordonError('ca_expired', sentence, {
    hint: 'move the two files of the CA away, run `cordon setup`, then start cordon again',
  })
}
