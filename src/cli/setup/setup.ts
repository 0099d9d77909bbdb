import { dirname, join } from 'node:path'
import { Command } from 'commander'
import { CordonError } from '../../base/error.ts'
import { lstatIfThere } from '../../base/file.ts'
import { allow, isRecorded, unallowedIn } from '../../config/allowed.ts'
import { parseConfig } from '../../config/load.ts'
import type { Scope } from '../../config/scope.ts'
import type { Integration } from '../../integrations/integration.ts'
import { integrationNamed, integrations } from '../../integrations/integrations.ts'
import { ownKeysIn } from '../../integrations/own-keys.ts'
import { deedsText } from '../allow.ts'
import { type Context, inItsScope, type Placed, placed, scopeIn, suffixOf } from '../context.ts'
import { shownWord } from '../word.ts'
import { agentContextOf, agentPlan, setUpAgent, tellNext } from './agent.ts'
import { type ConfigDraft, draftConfig } from './draft.ts'
import { layGroundwork } from './groundwork.ts'
import { previewOf } from './preview.ts'

export interface SetupOptions extends Placed {
  all?: boolean
  dryRun?: boolean
  yes?: boolean
}

export const setupCommand = (context: Context) =>
  placed(new Command('setup'))
    .description(
      'Make what is missing (a CA, cordon.toml, a client token), and wire an agent to it. What is there stays; doing it twice changes nothing.',
    )
    .argument('[agent]', `the agent to wire: ${integrations.map(({ name }) => name).join(', ')}`, (text) =>
      integrationNamed(shownWord(text)),
    )
    .option('--all', 'wire every agent that is installed here')
    .option('--dry-run', 'show every change as a diff, and make none')
    .option('-y, --yes', 'ask nothing: agree to every change, also to moving a real key into the secret store')
    .addHelpText('after', '\n  $ cordon setup codex\n  $ cordon setup codex --scope user --dry-run')
    .action((agent: Integration | undefined, options: SetupOptions) => setUp(context, agent, options))

/** Lays the ground and wires the agents; on a terminal, without `--yes`, a person agrees to it first. */
export async function setUp(context: Context, named: Integration | undefined, typed: SetupOptions): Promise<void> {
  const { terminal } = context
  if (named && typed.all)
    throw new CordonError('usage', `--all and ${named.name} cannot be given together.`, { hint: 'give one of them' })
  const agent = named ?? (isAsking(context, typed) && !typed.all ? await askAgent(context, typed) : undefined)
  const options = agent ? inItsScope(agent, typed) : typed
  const scope = scopeIn(context, options)
  const agents = typed.all ? installedAgents(context, scope) : agent ? [agent] : []
  const draft = await draftConfig(context, scope, agents)
  const plans = agents.map((one) => agentPlan(context, scope, draft.config, one, { kind: 'preview' }).plan)
  const preview = previewOf(scope, draft, plans)
  if (options.dryRun) return terminal.answer(preview)
  const isToAllow = await isAllowing(context, scope, draft, options)
  if (isAsking(context, options) && preview !== '') {
    terminal.notice(`This is what would change:\n${preview}`)
    if (!(await terminal.confirm('Make these changes?'))) throw new CordonError('cancelled', 'Nothing was changed.')
  }
  await layGroundwork(context, scope, draft)
  if (isToAllow) allow(scope, draft.config)
  const suffix = suffixOf(options)
  const mayMoveKey = options.yes ? 'yes' : isAsking(context, options) ? 'ask' : 'no'
  const left: string[] = []
  for (const one of agents) left.push(...(await setUpAgent(context, scope, draft.config, one, { mayMoveKey, suffix })))
  // Where most people have their keys; those in the files of an agent are told with its set-up.
  if (scope.kind === 'project')
    for (const notice of ownKeysIn(join(dirname(scope.configPath), '.env'), suffix)) terminal.notice(notice)
  if (agents.length > 0 || draft.config.routes.length > 0) return tellNext(context, scope, draft.config, left, suffix)
  const [installed] = agentsHere(context, scope).filter(({ scopes }) => scopes.includes(scope.kind))
  terminal.next(installed ? `cordon setup ${installed.name}${suffix}` : `cordon route add${suffix}`)
}

/**
 * Whether this set-up allows what the file did before it. A first one finds a file that somebody else brought, and tells what
 * it does; a person at a terminal is asked. Throws `cancelled`.
 */
async function isAllowing(
  context: Context,
  scope: Scope,
  { before }: ConfigDraft,
  options: SetupOptions,
): Promise<boolean> {
  const isFirst = !isRecorded(scope) && !lstatIfThere(scope.tokensPath)
  if (before === undefined || !(isFirst || isRecorded(scope))) return false
  const deeds = unallowedIn(scope, parseConfig(before, scope.configPath))
  if (deeds.length === 0) return false
  const { terminal } = context
  terminal.notice(deedsText(scope.configPath, deeds))
  if (!isAsking(context, options)) return options.yes === true || isFirst
  if (await terminal.confirm('Allow that?')) return true
  throw new CordonError('cancelled', 'Nothing was changed.')
}

/** Those that are there; one that has no settings in this scope is told. Throws `agents_missing`. */
function installedAgents(context: Context, scope: Scope): Integration[] {
  const installed = agentsHere(context, scope)
  for (const { name, label, scopes } of installed)
    if (!scopes.includes(scope.kind))
      context.terminal.notice(
        `${label} has no settings for a ${scope.kind} alone: \`cordon setup ${name}\` wires it in its own place.`,
      )
  const fit = installed.filter(({ scopes }) => scopes.includes(scope.kind))
  if (fit.length > 0) return fit
  throw new CordonError('agents_missing', 'No agent that cordon knows and could wire is installed here.', {
    hint: 'name one: `cordon setup codex`',
  })
}

function agentsHere(context: Context, scope: Scope): Integration[] {
  const agentContext = agentContextOf(context, scope, {})
  return integrations.filter((agent) => agent.isInstalled(agentContext))
}

const isAsking = ({ terminal }: Context, { yes, dryRun }: SetupOptions) => terminal.isInteractive && !yes && !dryRun

/** Those that are there come first, and next to them the way on without one. */
async function askAgent(context: Context, typed: SetupOptions): Promise<Integration | undefined> {
  const here = agentsHere(context, scopeIn(context, typed))
  const choiceOf = ({ name, label }: Integration) => ({ value: name, name: label })
  const choices = [
    ...here.map(choiceOf),
    { value: 'none', name: 'none yet' },
    ...integrations.filter((agent) => !here.includes(agent)).map(choiceOf),
  ]
  const answer = await context.terminal.ask({ text: 'Which agent shall be wired?', choices })
  return integrations.find(({ name }) => name === answer)
}
