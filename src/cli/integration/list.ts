import { Command } from 'commander'
import { integrations } from '../../integrations/integrations.ts'
import { type Context, configIn, factual, type Placed, suffixOf } from '../context.ts'
import { agentPlan } from '../setup/agent.ts'
import { table } from '../table.ts'

export const integrationList = (context: Context) =>
  factual(new Command('list'))
    .summary('list the agents, and which are set up where')
    .action((options: Placed) => listIntegrations(context, options))

export function listIntegrations(context: Context, options: Placed): void {
  const { scope, config } = configIn(context, options)
  const facts = integrations.map((agent) => {
    const { agentContext } = agentPlan(context, scope, config, agent, { kind: 'kept' })
    const { home, state, differs, realKey, daemon } = agent.detect(agentContext)
    return {
      agent: agent.name,
      state,
      home,
      differs: state === 'stale' ? differs : [],
      realKey: realKey?.path,
      daemon: daemon.state,
    }
  })
  if (options.json) return context.terminal.answer(JSON.stringify(facts, null, 2))
  context.terminal.answer(
    table(
      ['AGENT', 'STATE', 'WHERE'],
      facts.map(({ agent, state, home }) => [agent, state, home]),
    ),
  )
  for (const { agent, state } of facts)
    if (state !== 'current') context.terminal.next(`cordon setup ${agent}${suffixOf(options)}`)
}
