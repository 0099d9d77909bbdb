import { CordonError } from '../base/error.ts'
import { secretHolders } from '../config/holders.ts'
import { mendOfSecret } from '../proxy/secret-fault.ts'
import { openSecrets } from '../secrets/secrets.ts'
import type { Check, Finding } from './finding.ts'

/** Reads the secret of every route and of the proxy before cordon, and shows none. */
export const checkSecrets: Check = ({ config, sources, suffix }) => {
  const secrets = openSecrets({ sources, timeoutMs: config.secrets.timeoutMs })
  return Promise.all(
    secretHolders(config).map(async ({ name, secret: place }): Promise<Finding> => {
      const check = `secret ${name}`
      try {
        await secrets.fetch(place)
        return { check, state: 'ok', sentence: `"${place.account}" is in ${sources.of(place).label}.` }
      } catch (cause) {
        if (!(cause instanceof CordonError)) throw cause
        return { check, state: 'failure', sentence: cause.message, mend: mendOfSecret(cause, name, suffix) }
      }
    }),
  )
}
