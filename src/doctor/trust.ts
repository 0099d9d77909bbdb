import { CordonError } from '../base/error.ts'
import { readIfThere } from '../base/file.ts'
import { loadCa } from '../tls/ca.ts'
import { namesOf } from '../tls/constrained.ts'
import { systemRoots } from '../tls/roots.ts'
import { originTrust } from '../tls/trust.ts'
import { anchorFor, keptAnchors } from '../trust/anchors.ts'
import { thisMachine } from '../trust/machine.ts'
import { storeKinds } from '../trust/store.ts'
import { storesOn } from '../trust/stores.ts'
import type { Check, Finding, Ground } from './finding.ts'

/** Which roots origins are verified with, and which trust stores of the machine hold the CA of cordon. */
export const checkTrust: Check = (ground) => [
  orFailure('roots', () => rootsFinding(ground)),
  orFailure('trust store', () => storeFinding(ground)),
]

function orFailure(check: string, look: () => Omit<Finding, 'check'>): Finding {
  try {
    return { check, ...look() }
  } catch (cause) {
    if (!(cause instanceof CordonError)) throw cause
    const mend = cause.hint === undefined ? {} : { mend: cause.hint }
    return { check, state: 'failure', sentence: cause.message, ...mend }
  }
}

function rootsFinding({ config, env }: Ground): Omit<Finding, 'check'> {
  const { pems } = originTrust({ extra: config.tls.trust, env })
  const own = config.tls.trust.length === 0 ? '' : `, ${config.tls.trust.length} more from [tls] trust`
  return { state: 'ok', sentence: `Origins are verified with ${pems.length} roots${own}.` }
}

function storeFinding({ scope, config, certs, env, suffix }: Ground): Omit<Finding, 'check'> {
  if (isInSystemStore(certs.caCert))
    return {
      state: 'warning',
      sentence: 'The CA of cordon is in the trust store of the system, so every program of this machine believes it.',
      mend: `take it out of the store; \`cordon trust${suffix}\` puts one in that is good for the hosts of the routes alone`,
    }
  const kept = keptAnchors(scope.certs.trusted)
  if (kept.length === 0)
    return {
      state: 'ok',
      sentence:
        'The trust store of the system was not touched; only programs with the variables of `cordon env` trust cordon.',
    }
  const names = namesOf(config.routes.map(({ match }) => match.host))
  const wanted = anchorFor(scope.certs.trusted, scope.name, loadCa(certs), names)
  const stores = storesOn(thisMachine(env), storeKinds).flatMap((one) => (one.state === 'usable' ? [one.store] : []))
  const isStale = stores.some((store) => kept.some((one) => one.name !== wanted.name && store.holds(one) !== 'no'))
  const holding = stores.filter((store) => store.holds(wanted) === 'yes').map(({ label }) => label)
  if (isStale || holding.length === 0)
    return {
      state: 'failure',
      sentence: isStale
        ? 'The trust store holds a certificate for other hosts than the routes have now.'
        : 'No trust store holds the certificate that `cordon trust` made.',
      mend: `run \`cordon trust${suffix}\`, or \`cordon untrust${suffix}\` if that is meant`,
    }
  return { state: 'ok', sentence: `Trusted for the hosts of the routes alone: ${holding.join(', ')}.` }
}

/** Node's own answer would follow SSL_CERT_FILE on Linux, which names our bundle in every shell with `cordon env`. */
function isInSystemStore(caCert: string): boolean {
  const own = readIfThere(caCert)?.trim()
  return own !== undefined && systemRoots().some((root) => root.toString().trim() === own)
}
