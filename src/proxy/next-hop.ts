/**
 * The HTTP proxy that may stand between cordon and the Internet, such as a company's. A connection through it is a tunnel
 * that CONNECT opens (RFC 9110 §9.3.6), and an origin proves its name inside that tunnel as it does without one.
 */
import type { SecureContext } from 'node:tls'
import type { HostPort } from '../base/names.ts'
import { isLoopback } from '../policy/address.ts'
import { type Exception, isExcepted } from '../policy/exception.ts'
import type { Secret } from '../secrets/secret.ts'

export interface NextHop {
  at: HostPort
  /** Verifies the proxy itself; undefined for one that is spoken to in the clear. */
  secureContext: (() => SecureContext) | undefined
  /** Reads the value of Proxy-Authorization, anew for each connection. Rejects with what its store has to say. */
  authorization: (() => Promise<Secret>) | undefined
  /** What to do where the proxy wants a user name and password, or other ones, in words that follow "to mend it". */
  denialHint: string
  /** The setting that names it, as a sentence shows it. */
  setting: string
  exceptions: readonly Exception[]
}

/** The proxy on the way to a target; undefined where the way is direct, as it always is on loopback. */
export function nextHopTo(target: HostPort, hop: NextHop | undefined): NextHop | undefined {
  return hop && !isLoopback(target.host) && !isExcepted(target, hop.exceptions) ? hop : undefined
}
