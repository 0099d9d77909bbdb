import { isRecorded, unallowedIn } from '../config/allowed.ts'
import type { Finding, Ground } from './finding.ts'

/** Whether somebody has allowed what the file does. Before the first start that is nothing to tell. */
export function checkAllowed({ scope, config, suffix }: Pick<Ground, 'scope' | 'config' | 'suffix'>): Finding[] {
  if (!isRecorded(scope)) return []
  return unallowedIn(scope, config).map((deed) => ({
    check: 'allowed',
    state: 'failure',
    sentence: `It ${deed}, which nobody has allowed.`,
    mend: `look at ${config.path}; if that is meant, run \`cordon allow${suffix}\``,
  }))
}
