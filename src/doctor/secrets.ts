import { CordonError } from '../base/error.ts'
import { openSecrets } from '../secrets/secrets.ts'
import type { Check, Finding } from './finding.ts'

/** Reads every route's secret, and shows none. */
export const checkSecrets: Check = ({ config, sources, suffix }) => {
  const secrets = openSecrets({ sources, timeoutMs: config.secrets.timeoutMs })
  return Promise.all(
    config.routes.map(async ({ name, secret: place }): Promise<Finding> => {
      const check = `secret ${name}`
      try {
        await secrets.fetch(place)
        return { check, state: 'ok', sentence: `"${place.account}" is in ${sources.of(place).label}.` }
      } catch (cause) {
        if (!(cause instanceof CordonError)) throw cause
        return {
          check,
          state: 'failure',
          sentence: cause.message,
          mend: cause.hint ?? `run \`cordon secret set ${name}${suffix}\``,
        }
      }
    }),
  )
}
