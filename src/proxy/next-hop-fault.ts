import { CordonError, systemCodeOf } from '../base/error.ts'
import { authorityOf, type HostPort } from '../base/names.ts'
import type { NextHop } from './next-hop.ts'

/** What went wrong at the proxy before cordon, in a sentence that names it and the setting it comes from. */
export function hopFault(cause: unknown, hop: NextHop, target: HostPort): CordonError {
  if (cause instanceof CordonError) return cause
  const code = systemCodeOf(cause) ?? 'no code'
  const told = (name: string, sentence: string, hint: string) =>
    new CordonError(name, `${nameOf(hop)} ${sentence}`, { hint, cause })
  switch (code) {
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
    case 'EAI_FAIL':
    case 'EAI_NODATA':
      return told('next_hop_unreachable', `cannot be reached (${code}).`, mendOf(hop))
    // A laptop that has just woken says these for a moment.
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EAI_AGAIN':
      return told('next_hop_failed', `cannot be reached from this machine now (${code}).`, 'check the network')
    case 'ETIMEDOUT':
      return told('next_hop_timeout', `did not open a way to ${authorityOf(target)} in time.`, mendOf(hop))
    case 'ECONNRESET':
    case 'EPIPE':
      return told('next_hop_failed', 'closed the connection before it answered.', mendOf(hop))
  }
  return told('next_hop_failed', `failed (${code}).`, mendOf(hop))
}

/** The proxy's own answer to CONNECT, where it opened no tunnel. */
export function hopRefusal(status: number, hop: NextHop, target: HostPort): CordonError {
  if (status === 407) return hopDenial(hop)
  const where = `${authorityOf(target)} (${status}).`
  const besides = `ask who runs it, or put "${target.host}" into \`[network] no_proxy\` of cordon.toml if it is reached directly`
  if (status < 500)
    return new CordonError('next_hop_denied', `${nameOf(hop)} does not let cordon reach ${where}`, { hint: besides })
  if (status === 504)
    return new CordonError('next_hop_timeout', `${nameOf(hop)} waited in vain for ${where}`, { hint: besides })
  return new CordonError('next_hop_failed', `${nameOf(hop)} could not reach ${where}`, { hint: besides })
}

/** RFC 9110 §15.5.8: the proxy wants credentials, or other ones. */
export function hopDenial(hop: NextHop): CordonError {
  return new CordonError(
    'next_hop_denied',
    hop.authorization
      ? `${nameOf(hop)} does not take its user name and password (407).`
      : `${nameOf(hop)} wants a user name and a password (407).`,
    { hint: hop.denialHint },
  )
}

/** Bytes that are no answer of HTTP/1.x. */
export function notHttp(): Error {
  return Object.assign(new Error('the answer is not HTTP'), { code: 'no HTTP' })
}

const nameOf = ({ at, setting }: NextHop) => `The proxy ${authorityOf(at)}, which ${setting} names,`

const mendOf = ({ setting }: NextHop) => `correct ${setting}, or see that the proxy runs`
