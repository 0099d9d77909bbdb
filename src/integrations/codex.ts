/**
 * Codex keeps everything in one home, `$CODEX_HOME`:
 *
 *     .env          every codex process loads it at start, over the shell's own variables
 *     config.toml   shell_environment_policy.set and the sandbox, for the commands it runs
 *     auth.json     its login, here the placeholder
 */
import { join } from 'node:path'
import { hasBlock } from './block.ts'
import { loginOf } from './codex-auth.ts'
import { daemonHolds, loadable, staleDaemon, stopDaemon } from './codex-daemon.ts'
import { codexHomeOf, manifestPathOf, openHome } from './codex-home.ts'
import { planCodex } from './codex-plan.ts'
import { codexRoutes } from './codex-routes.ts'
import { variableIn } from './env-file.ts'
import type { Found, Integration, IntegrationContext } from './integration.ts'
import { readManifest, type TakeOut } from './manifest.ts'
import { isOnPath } from './program.ts'
import { takeOut } from './take-out.ts'
import { applyPlan, revertAll } from './undo.ts'
import { readText } from './writes.ts'

export const codex: Integration = {
  name: 'codex',
  label: 'Codex',
  scopes: ['project', 'user'],
  wiring: 'files',
  routes: codexRoutes,
  isInstalled: ({ env }) => isOnPath('codex', env),
  detect: found,
  plan: planCodex,
  apply: (context, plan, moveKey) =>
    applyPlan(manifestPathOf(context), codexHomeOf(context), plan, takeOutOfCodex, moveKey),
  revert: (context, fetchKey) => revertAll(manifestPathOf(context), context, takeOutOfCodex, fetchKey),
  proxyUrl: (context) => variableIn(readText(join(codexHomeOf(context), '.env')) ?? '', 'HTTPS_PROXY'),
  stopStaleDaemon,
}

function found(context: IntegrationContext): Found {
  const { home, manifest, env } = openHome(context)
  const { changes, realKey } = planCodex(context)
  const differs = changes.map(({ path }) => path)
  const isThere = manifest !== undefined || hasBlock(env.text ?? '')
  return {
    home,
    state: !isThere ? 'absent' : differs.length > 0 ? 'stale' : 'current',
    differs,
    realKey: realKey && { path: realKey.path },
    daemon: staleDaemon(home, loadable(context.variables)),
  }
}

async function stopStaleDaemon(context: IntegrationContext): Promise<boolean> {
  const { stateFolder, variables, env } = context
  const home = codexHomeOf(context)
  const isSetUp = readManifest(manifestPathOf(context)) !== undefined
  const isStale = isSetUp ? staleDaemon(home, loadable(variables)).state === 'stale' : daemonHolds(home, stateFolder)
  return isStale && stopDaemon(home, env)
}

/** Codex writes its login anew in a form of its own, so the placeholder in it is what counts. */
const takeOutOfCodex: TakeOut = (file, text, tell) => {
  if (file.part.kind !== 'login') return takeOut(file, text, tell)
  if (loginOf(text, file.path).kind === 'placeholder') return { result: 'original' }
  tell(`${file.path} holds a login of your own now, and stays.`)
  return { result: 'kept' }
}
