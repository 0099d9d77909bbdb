import { dirname, join } from 'node:path'
import { Command } from 'commander'
import { CordonError } from '../../base/error.ts'
import type { Integration } from '../../integrations/integration.ts'
import { integrationNamed, integrations } from '../../integrations/integrations.ts'
import { ownKeysIn } from '../../integrations/own-keys.ts'
import { type Context, inItsScope, type Placed, placed, scopeIn, suffixOf } from '../context.ts'
import { shownWord } from '../word.ts'
import { agentPlan, setUpAgent } from './agent.ts'
import { draftConfig } from './draft.ts'
import { layGroundwork } from './groundwork.ts'
import { previewOf } from './preview.ts'

export interface SetupOptions extends Placed {
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
    .option('--dry-run', 'show every change as a diff, and make none')
    .option('-y, --yes', 'ask nothing: agree to every change, also to moving a real key into the secret store')
    .addHelpText('after', '\n  $ cordon setup codex\n  $ cordon setup codex --scope user --dry-run')
    .action((agent: Integration | undefined, options: SetupOptions) => setUp(context, agent, options))

/** Lays the ground and wires the agent; on a terminal, without `--yes`, a person agrees to it first. */
export async function setUp(context: Context, named: Integration | undefined, typed: SetupOptions): Promise<void> {
  const { terminal } = context
  const agent = named ?? (isAsking(context, typed) ? await askAgent(context) : undefined)
  const options = agent ? inItsScope(agent, typed) : typed
  const scope = scopeIn(context, options)
  const draft = await draftConfig(context, scope, agent)
  const preview = previewOf(
    scope,
    draft,
    agent && agentPlan(context, scope, draft.config, agent, { kind: 'preview' }).plan,
  )
  if (options.dryRun) return terminal.answer(preview)
  if (isAsking(context, options) && preview !== '') {
    terminal.notice(`This is what would change:\n${preview}`)
    if (!(await terminal.confirm('Make these changes?'))) throw new CordonError('cancelled', 'Nothing was changed.')
  }
  await layGroundwork(context, scope, draft)
  if (agent)
    await setUpAgent(context, scope, draft.config, agent, {
      mayMoveKey: options.yes ? 'yes' : isAsking(context, options) ? 'ask' : 'no',
      suffix: suffixOf(options),
    })
  else terminal.next(`cordon setup ${integrations[0]?.name}${suffixOf(options)}`)
  // Where most people have their keys; those in the files of an agent are told with its set-up.
  if (scope.kind === 'project')
    for (const notice of ownKeysIn(join(dirname(scope.configPath), '.env'), suffixOf(options))) terminal.notice(notice)
}

const isAsking = ({ terminal }: Context, { yes, dryRun }: SetupOptions) => terminal.isInteractive && !yes && !dryRun

async function askAgent({ terminal }: Context): Promise<Integration | undefined> {
  const choices = [
    ...integrations.map(({ name, label }) => ({ value: name, name: label })),
    { value: 'none', name: 'none yet' },
  ]
  const answer = await terminal.ask({ text: 'Which agent shall be wired?', choices })
  return integrations.find(({ name }) => name === answer)
}
