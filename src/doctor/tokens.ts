import { CordonError } from '../base/error.ts'
import { readTokens } from '../config/tokens.ts'
import type { Check } from './finding.ts'

/** The client tokens: that there is a file, that it can be read, and by its owner alone. */
export const checkTokens: Check = ({ scope, suffix }) => {
  const mend = `run \`cordon setup${suffix}\``
  try {
    const tokens = readTokens(scope.tokensPath)
    if (!tokens)
      return [{ check: 'tokens', state: 'failure', sentence: 'There is no client token, so no client can pass.', mend }]
    const names = tokens.map(({ name }) => name).join(', ')
    if (!tokens.some(({ name }) => name === 'default'))
      return [
        {
          check: 'tokens',
          state: 'warning',
          sentence: `There is no default client token, only ${names}: \`cordon env\` has none to print.`,
          mend,
        },
      ]
    return [{ check: 'tokens', state: 'ok', sentence: `Client tokens: ${names}.` }]
  } catch (cause) {
    if (!(cause instanceof CordonError)) throw cause
    return [{ check: 'tokens', state: 'failure', sentence: cause.message, mend: cause.hint ?? mend }]
  }
}
