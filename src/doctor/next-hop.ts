import { CordonError } from '../base/error.ts'
import { authorityOf } from '../base/names.ts'
import { nextHopOf } from '../config/next-hop.ts'
import type { NextHop } from '../proxy/next-hop.ts'
import { openSecrets } from '../secrets/secrets.ts'
import { originTrust } from '../tls/trust.ts'
import type { Check, Ground } from './finding.ts'

const check = 'proxy'

/** The proxy that stands before cordon, where this shell or the configuration names one; `cordon start` may run in another shell. */
export const checkNextHop: Check = (ground) => {
  try {
    const hop = chosen(ground)
    if (!hop) return []
    return [
      {
        check,
        state: 'ok',
        sentence: `Origins are reached by way of the proxy ${authorityOf(hop.at)}, which ${hop.setting} names.`,
      },
    ]
  } catch (cause) {
    if (!(cause instanceof CordonError)) throw cause
    const { message: sentence, hint } = cause
    return [{ check, state: 'failure', sentence, ...(hint !== undefined && { mend: hint }) }]
  }
}

/** The same for the probes of the routes; what is wrong with it, `checkNextHop` has told. */
export function nextHopIn(ground: Ground): NextHop | undefined {
  try {
    return chosen(ground)
  } catch (cause) {
    if (cause instanceof CordonError) return undefined
    throw cause
  }
}

const chosen = ({ config, env, sources, suffix }: Ground) =>
  nextHopOf(config, {
    env,
    context: () => originTrust({ extra: config.tls.trust, env }).context(),
    secrets: openSecrets({ sources, timeoutMs: config.secrets.timeoutMs }),
    commandSuffix: suffix,
  }).nextHop
