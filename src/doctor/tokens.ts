import { CordonError } from '../base/error.ts'
import { type ClientToken, readTokens } from '../config/tokens.ts'
import type { Check, Finding, Ground } from './finding.ts'

/** The client tokens: that there is a file, that it can be read by its owner alone, and that what each opens is there. */
export const checkTokens: Check = (ground) => {
  const { scope, suffix } = ground
  const mend = `run \`cordon setup${suffix}\``
  try {
    const tokens = readTokens(scope.tokensPath)
    if (!tokens)
      return [{ check: 'tokens', state: 'failure', sentence: 'There is no client token, so no client can pass.', mend }]
    const names = tokens.map(({ name }) => name).join(', ')
    const closed = tokens.flatMap((token) => closedFinding(token, ground))
    if (!tokens.some(({ name }) => name === 'default'))
      return [
        {
          check: 'tokens',
          state: 'warning',
          sentence: `There is no default client token, only ${names}: \`cordon env\` has none to print.`,
          mend,
        },
        ...closed,
      ]
    return [{ check: 'tokens', state: 'ok', sentence: `Client tokens: ${names}.` }, ...closed]
  } catch (cause) {
    if (!(cause instanceof CordonError)) throw cause
    return [{ check: 'tokens', state: 'failure', sentence: cause.message, mend: cause.hint ?? mend }]
  }
}

/** A token for routes of which some are gone; that of a running command ends by itself. */
function closedFinding({ name, limits }: ClientToken, { config, suffix }: Ground): Finding[] {
  const [there, gone] = [true, false].map((isThere) =>
    (limits.routes ?? []).filter((route) => config.routes.some((one) => one.name === route) === isThere),
  )
  if (!there || !gone || gone.length === 0 || limits.process !== undefined) return []
  const revoke = `cordon token revoke ${name}${suffix}`
  const routes = there.map((route) => ` --route ${route}`).join('')
  const which = gone.length === 1 ? `the route ${gone[0]}` : `the routes ${gone.join(', ')}`
  return [
    {
      check: `token ${name}`,
      state: 'warning',
      sentence: `The client token ${name} is for ${which}, which ${gone.length === 1 ? 'is' : 'are'} gone.`,
      mend:
        there.length === 0
          ? `run \`${revoke}\``
          : `run \`${revoke}\`, then \`cordon token add ${name}${routes}${suffix}\` for its client`,
    },
  ]
}
