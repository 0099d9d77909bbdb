import { Command } from 'commander'
import { revokeToken } from '../../config/tokens.ts'
import type { Integration } from '../../integrations/integration.ts'
import { integrationNamed } from '../../integrations/integrations.ts'
import { type Context, inItsScope, type Placed, placed, scopeIn, sourcesIn } from '../context.ts'
import { agentContextOf } from '../setup/agent.ts'
import { shownWord } from '../word.ts'

export const integrationDisable = (context: Context) =>
  placed(new Command('disable'))
    .summary("take an agent's set-up back: every byte as it was before")
    .argument('<agent>', 'as `cordon integration list` prints it', (text) => integrationNamed(shownWord(text)))
    .action((agent: Integration, options: Placed) => disable(context, agent, options))

/** The agent's files are put back first; then its client token is worthless. */
export async function disable(context: Context, agent: Integration, typed: Placed): Promise<void> {
  const { terminal } = context
  const options = inItsScope(agent, typed)
  const scope = scopeIn(context, options)
  const sources = await sourcesIn(context, scope)
  const agentContext = agentContextOf(context, scope, {})
  const { restored, notices } = await agent.revert(agentContext, (place) => sources.of(place).fetch(place))
  revokeToken(scope.tokensPath, agent.name)
  for (const notice of notices) terminal.notice(notice)
  if (await agent.stopStaleDaemon(agentContext))
    terminal.done(`Stopped the background process of ${agent.label}, which still had cordon's environment.`)
  if (restored.length === 0) return terminal.done(`${agent.label} is already as it was before cordon.`)
  terminal.done(`Put back ${restored.join(', ')}.`)
}
