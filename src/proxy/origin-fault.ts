import { CordonError, sentenceOf, systemCodeOf } from '../base/error.ts'
import type { HostPort } from '../base/names.ts'
import { authorityOf } from '../base/names.ts'
import { tooMany } from './crowd.ts'

/** What went wrong on the way to an origin or there, in a sentence that names the origin. */
export function originFault(cause: unknown, target: HostPort): CordonError {
  if (cause instanceof CordonError) return cause
  const origin = `The origin ${authorityOf(target)}`
  const code = systemCodeOf(cause) ?? ''
  const told = (name: string, sentence: string, hint?: string) =>
    new CordonError(name, sentence, hint === undefined ? { cause } : { cause, hint })
  switch (code) {
    case 'ECONNREFUSED':
      return told('origin_refused', `${origin} refused the connection.`)
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
    case 'EAI_NODATA':
      return told(
        'origin_unknown',
        `The name ${target.host} could not be resolved (${code}).`,
        'check the network and the name',
      )
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return told('origin_timeout', `${origin} did not answer the connection in time.`)
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return told('origin_unreachable', `${origin} cannot be reached from this machine (${code}).`, 'check the network')
    case 'EMFILE':
    case 'ENFILE':
      return tooMany()
    case 'ECONNRESET':
    case 'ECONNABORTED':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return told('origin_closed', `${origin} closed the connection before it answered.`)
  }
  if (certificateFaults.has(code))
    return told(
      'origin_untrusted',
      `${origin} showed a certificate that does not prove its name (${code}).`,
      'if a company CA signed it, name that CA in `[tls] trust` of cordon.toml',
    )
  if (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS') || code === 'EPROTO')
    return told('origin_handshake', `${origin} did not complete the TLS handshake (${code}).`)
  if (code.startsWith('HPE_'))
    return told('origin_malformed', `${origin} sent an answer that is not HTTP/1.1 (${code}).`)
  return told('origin_failed', `${origin} failed: ${sentenceOf(cause)}.`)
}

const certificateFaults = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'CERT_CHAIN_TOO_LONG',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])
