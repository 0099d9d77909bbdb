import { Command } from 'commander'
import { CordonError } from '../../base/error.ts'
import { lstatIfThere } from '../../base/file.ts'
import { integrations } from '../../integrations/integrations.ts'
import { type Context, configIn, factual, type Placed, scopeIn, suffixOf } from '../context.ts'
import { agentContextOf, wiredContext } from '../setup/agent.ts'
import { table } from '../table.ts'

export const integrationList = (context: Context) =>
  factual(new Command('list'))
    .summary('list the agents, which are installed, and which are set up where')
    .action((options: Placed) => listIntegrations(context, options))

interface Fact {
  agent: string
  installed: boolean
  scope: 'project' | 'user' | undefined
  state: 'absent' | 'current' | 'stale' | 'unreadable'
  home: string | undefined
  differs: string[]
  realKey: string | undefined
  daemon: string
  /** The command that sets it up, or renews what is stale. */
  mend: string | undefined
  /** Why it is unreadable, and what mends that. */
  fault?: { sentence: string; hint: string | undefined }
}

/** Looks at this folder's scope and at the user's, unless one is named. Throws `config_missing` where there is neither. */
export function listIntegrations(context: Context, options: Placed): void {
  const found = scopesToLookAt(context, options).flatMap((placed) => factsIn(context, placed))
  const facts = integrations.flatMap(({ name }) => {
    const ofAgent = found.filter(({ agent }) => agent === name)
    const present = ofAgent.filter(({ state }) => state !== 'absent')
    return present.length > 0 ? present : ofAgent.slice(0, 1)
  })
  if (options.json) return context.terminal.answer(JSON.stringify(facts, null, 2))
  const rows = facts.map(({ agent, installed, state, scope, home }) => [
    agent,
    installed ? 'yes' : 'no',
    state,
    state === 'absent' ? '' : (scope ?? ''),
    state === 'absent' ? '' : (home ?? ''),
  ])
  context.terminal.answer(table(['AGENT', 'INSTALLED', 'STATE', 'SCOPE', 'WHERE'], rows))
  for (const { fault } of facts)
    if (fault)
      context.terminal.notice(
        fault.hint === undefined ? fault.sentence : `${fault.sentence} To mend it, ${fault.hint}.`,
      )
  for (const { state, installed, mend } of facts)
    if (mend !== undefined && (state === 'stale' || installed)) context.terminal.next(mend)
}

function scopesToLookAt(context: Context, options: Placed): Placed[] {
  if (options.config !== undefined || options.scope !== undefined) return [options]
  const both: Placed[] = [options, { ...options, scope: 'user' }]
  const there = both.filter((placed) => lstatIfThere(scopeIn(context, placed).configPath))
  return there.length === 0 ? [options] : there
}

function factsIn(context: Context, placed: Placed): Fact[] {
  const { scope, config } = configIn(context, placed)
  return integrations.map((agent): Fact => {
    const { name } = agent
    const installed = agent.isInstalled(agentContextOf(context, scope, {}))
    const mend = `cordon setup ${name}${agent.scopes.length > 1 ? suffixOf(placed) : ''}`
    const absent = { agent: name, installed, scope: undefined, differs: [], realKey: undefined, daemon: 'none', mend }
    if (!agent.scopes.includes(scope.kind)) return { ...absent, state: 'absent', home: undefined }
    try {
      const agentContext = wiredContext(context, scope, config, agent, { kind: 'kept' })
      const { home, state, differs, realKey, daemon } = agent.detect(agentContext)
      return {
        ...absent,
        scope: scope.kind,
        state,
        home,
        differs: state === 'stale' ? differs : [],
        realKey: realKey?.path,
        daemon: daemon.state,
        mend: state === 'current' ? undefined : mend,
      }
    } catch (cause) {
      if (!(cause instanceof CordonError) || cause.code.startsWith('tokens_')) throw cause
      const fault = { sentence: cause.message, hint: cause.hint }
      return { ...absent, scope: scope.kind, state: 'unreadable', home: undefined, mend: undefined, fault }
    }
  })
}
