import { checkAgents } from './agents.ts'
import { checkAllowed } from './allowed.ts'
import { checkCa } from './ca.ts'
import type { Check, Finding, Ground } from './finding.ts'
import { checkNextHop } from './next-hop.ts'
import { checkPort } from './port.ts'
import { checkRoutes } from './routes.ts'
import { checkRunning } from './running.ts'
import { checkSecrets } from './secrets.ts'
import { checkService } from './service.ts'
import { checkTokens } from './tokens.ts'
import { checkTrust } from './trust.ts'

/** Every check there is, in the order in which a set-up comes about. */
const checks: readonly Check[] = [
  checkAllowed,
  checkCa,
  checkTrust,
  checkTokens,
  checkPort,
  checkService,
  checkRunning,
  checkSecrets,
  checkAgents,
  checkNextHop,
  checkRoutes,
]

/** Runs every check side by side; the findings keep the order of the list. */
export async function examine(ground: Ground): Promise<Finding[]> {
  const { path, routes } = ground.config
  const config: Finding = {
    check: 'config',
    state: 'ok',
    sentence: `${path} is sound, with ${routes.length === 1 ? 'one route' : `${routes.length} routes`}.`,
  }
  return [config, ...(await Promise.all(checks.map((check) => check(ground)))).flat()]
}
