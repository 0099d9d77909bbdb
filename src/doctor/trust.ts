import { CordonError } from '../base/error.ts'
import { readIfThere } from '../base/file.ts'
import { systemRoots } from '../tls/roots.ts'
import { originTrust } from '../tls/trust.ts'
import type { Check } from './finding.ts'

/** Which roots origins are verified with, and whether the CA of cordon stands in the system's trust store. */
export const checkTrust: Check = ({ config, env, certs }) => {
  try {
    const { pems } = originTrust({ extra: config.tls.trust, env })
    const own = config.tls.trust.length === 0 ? '' : `, ${config.tls.trust.length} more from [tls] trust`
    return [
      { check: 'roots', state: 'ok', sentence: `Origins are verified with ${pems.length} roots${own}.` },
      isInSystemStore(certs.caCert)
        ? {
            check: 'trust store',
            state: 'warning',
            sentence:
              'The CA of cordon is in the trust store of the system, so every program of this machine believes it.',
            mend: 'take it out of the store: the variables of `cordon env` are enough',
          }
        : {
            check: 'trust store',
            state: 'ok',
            sentence:
              'The trust store of the system was not touched; only programs with the variables of `cordon env` trust cordon.',
          },
    ]
  } catch (cause) {
    if (!(cause instanceof CordonError)) throw cause
    return [
      {
        check: 'roots',
        state: 'failure',
        sentence: cause.message,
        ...(cause.hint !== undefined && { mend: cause.hint }),
      },
    ]
  }
}

/** Node's own answer would follow SSL_CERT_FILE on Linux, which names our bundle in every shell with `cordon env`. */
function isInSystemStore(caCert: string): boolean {
  const own = readIfThere(caCert)?.trim()
  return own !== undefined && systemRoots().some((root) => root.toString().trim() === own)
}
