import { dirname } from 'node:path'
import { ownCommand } from '../../base/self.ts'
import { shellWord } from '../../base/shell.ts'
import type { Config } from '../../config/config.ts'
import { environmentOf } from '../../config/environment.ts'
import { secretHolders } from '../../config/holders.ts'
import type { Scope } from '../../config/scope.ts'
import { proxyUrl } from '../../config/token-file.ts'
import { watchTokens } from '../../config/token-watch.ts'
import { ensureToken, readTokens, rotateToken } from '../../config/tokens.ts'
import { readPointer } from '../../control/pointer.ts'
import type { Integration, IntegrationContext, MoveKey, Plan } from '../../integrations/integration.ts'
import { chooseSource } from '../../secrets/sources.ts'
import { type Context, sourcesIn } from '../context.ts'

/** Which client token the agent gets: a stand-in for showing the plan, the one it has, or a new one. */
export type TokenChoice = { kind: 'preview' } | { kind: 'kept' } | { kind: 'new'; token: string }

export interface AgentPlan {
  agentContext: IntegrationContext
  plan: Plan
}

/** What the agent's files are to say. */
export function agentPlan(
  context: Context,
  scope: Scope,
  config: Config,
  agent: Integration,
  choice: TokenChoice,
): AgentPlan {
  const agentContext = wiredContext(context, scope, config, agent, choice)
  return { agentContext, plan: agent.plan(agentContext) }
}

/** What an agent is told, with its variables. With `kept`, the proxy URL that stands in its files already goes on standing there. */
export function wiredContext(
  context: Context,
  scope: Scope,
  config: Config,
  agent: Integration,
  choice: TokenChoice,
): IntegrationContext {
  const bare = agentContextOf(context, scope, {})
  const token = choice.kind === 'new' ? choice.token : (tokenIn(agent, bare, scope) ?? '[a new client token]')
  const variables = environmentOf({
    certs: scope.certs,
    proxyUrl: proxyUrl(scope.name, token, config.listen),
    before: context.env,
  })
  return { ...bare, variables }
}

export function agentContextOf(context: Context, scope: Scope, variables: Record<string, string>): IntegrationContext {
  return {
    scope: scope.kind,
    cwd: scope.kind === 'project' ? dirname(scope.configPath) : context.cwd,
    env: context.env,
    stateFolder: scope.folder,
    variables,
    self: {
      // How a file of an agent can name this cordon, wherever its own PATH leads.
      command: ownCommand().map(shellWord).join(' '),
      options: scope.kind === 'user' ? ' --scope user' : ` --config ${shellWord(scope.configPath)}`,
    },
  }
}

/** The agent's own token, read back from the agent's files: at our end only its digest is kept. */
function tokenIn(agent: Integration, agentContext: IntegrationContext, scope: Scope): string | undefined {
  const url = agent.proxyUrl(agentContext)
  const token = url === undefined ? undefined : URL.parse(url)?.password
  if (!token || readTokens(scope.tokensPath) === undefined) return undefined
  const check = watchTokens(scope.tokensPath, scope.name).check(scope.name, token)
  return check.known && check.name === agent.name ? token : undefined
}

export interface AgentSetup {
  /** Whether a real key in the agent's login file may be moved into the secret store. */
  mayMoveKey: 'yes' | 'ask' | 'no'
  suffix: string
}

/** Wires the agent: its client token, its files, its real key, its background process; returns the commands that are left. */
export async function setUpAgent(
  context: Context,
  scope: Scope,
  config: Config,
  agent: Integration,
  setup: AgentSetup,
): Promise<readonly string[]> {
  const { terminal } = context
  const { agentContext, plan } = agentPlan(context, scope, config, agent, choiceFor(context, scope, agent))
  const { moveKey, moved } = await keyMover(context, scope, config, agent, plan, setup)
  if (plan.changes.length === 0 && !moveKey) terminal.done(`${agent.label} is set up already.`)
  else {
    await agent.apply(agentContext, plan, moveKey)
    const written = [...plan.changes.map(({ path }) => path), ...(moved() && plan.realKey ? [plan.realKey.path] : [])]
    terminal.done(`Set up ${agent.label}: ${written.join(', ')}.`)
  }
  for (const notice of plan.notices) terminal.notice(notice)
  if (moved())
    terminal.done(`Moved the real key of ${plan.realKey?.path} into ${moved()}; a placeholder stands there now.`)
  else if (plan.realKey)
    terminal.notice(
      `${plan.realKey.path} holds a real key, which every program of yours can read: \`cordon setup ${agent.name}${setup.suffix} --yes\` moves it into the secret store.`,
    )
  if (await agent.stopStaleDaemon(agentContext))
    terminal.done(
      `Stopped the background process of ${agent.label}, which still had its old environment; it starts again by itself.`,
    )
  return plan.next
}

function choiceFor(context: Context, scope: Scope, agent: Integration): TokenChoice {
  if (agent.wiring === 'shell' || tokenIn(agent, agentContextOf(context, scope, {}), scope) !== undefined)
    return { kind: 'kept' }
  const { token } = ensureToken(scope.tokensPath, agent.name, 'hashed')
  return { kind: 'new', token: token ?? rotateToken(scope.tokensPath, agent.name) }
}

/** Moves a real key to where the agent's first route looks for it, when the person agrees. */
async function keyMover(
  context: Context,
  scope: Scope,
  config: Config,
  agent: Integration,
  { realKey }: Plan,
  { mayMoveKey }: AgentSetup,
): Promise<{ moveKey: MoveKey | undefined; moved: () => string | undefined }> {
  let place: string | undefined
  const moved = () => place
  const question = `${realKey?.path} holds a real key. Move it into the secret store?`
  if (!realKey || mayMoveKey === 'no' || (mayMoveKey === 'ask' && !(await context.terminal.confirm(question))))
    return { moveKey: undefined, moved }
  const sources = await sourcesIn(context, scope)
  const [keyRoute] = agent.routes(agentContextOf(context, scope, {}))
  const route = config.routes.find(({ name }) => name === keyRoute?.name)
  const target = route?.secret ?? {
    source: (await chooseSource(sources)).source,
    account: keyRoute?.name ?? agent.name,
    service: 'cordon',
  }
  return {
    moved,
    async moveKey(key) {
      const source = sources.of(target)
      await source.store(target, key)
      place = source.label
      return target
    },
  }
}

/** Tells the commands that are left until the first answer, in their order; those of the agents come last. */
export async function tellNext(
  context: Context,
  scope: Scope,
  config: Config,
  ofAgents: readonly string[],
  suffix: string,
): Promise<void> {
  const { terminal } = context
  const { secretStates } = await import('../secret/states.ts')
  const states = await secretStates(secretHolders(config), await sourcesIn(context, scope), config.secrets.timeoutMs)
  const accounts = new Set<string>()
  for (const { name, account, source, state } of states) {
    if (state === 'stored' || accounts.has(`${source} ${account}`)) continue
    accounts.add(`${source} ${account}`)
    terminal.next(`cordon secret set ${name}${suffix}`)
  }
  if (readPointer(scope.folder) === undefined) terminal.next(`cordon start${suffix}`)
  for (const command of ofAgents) terminal.next(command)
}
