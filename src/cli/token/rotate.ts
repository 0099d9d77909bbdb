import { Command } from 'commander'
import { CordonError } from '../../base/error.ts'
import { proxyUrl } from '../../config/token-file.ts'
import { readTokens, rotateToken } from '../../config/tokens.ts'
import { integrations } from '../../integrations/integrations.ts'
import { type Context, configIn, type Placed, placed, suffixOf } from '../context.ts'
import { agentPlan } from '../setup/agent.ts'
import { shownWord } from '../word.ts'

export const tokenRotate = (context: Context) =>
  placed(new Command('rotate'))
    .summary('replace a client token; that of an agent is written into its files too')
    .argument('[name]', 'as `cordon token list` prints it; default when not given')
    .option('--all', 'every token')
    .action((name: string | undefined, options: RotateOptions) => rotate(context, name, options))

interface RotateOptions extends Placed {
  all?: boolean
}

/** Throws `token_missing` for a name that there is none of, and `usage` for a name beside `--all`. */
export async function rotate(context: Context, typed: string | undefined, options: RotateOptions): Promise<void> {
  if (typed !== undefined && options.all)
    throw new CordonError('usage', `--all and ${shownWord(typed)} cannot be given together.`, {
      hint: 'give one of them',
    })
  const name = typed ?? 'default'
  const { scope, config } = configIn(context, options)
  const known = readTokens(scope.tokensPath)?.map((token) => token.name) ?? []
  const names = options.all ? known : [name]
  if (!names.every((one) => known.includes(one)) || names.length === 0) {
    throw new CordonError('token_missing', `There is no client token ${shownWord(name)}.`, {
      hint: known.length === 0 ? `run \`cordon setup${suffixOf(options)}\`` : `there are ${known.join(', ')}`,
    })
  }
  for (const one of names) {
    const token = rotateToken(scope.tokensPath, one)
    const agent = integrations.find((integration) => integration.name === one)
    if (agent) {
      const { agentContext, plan } = agentPlan(context, scope, config, agent, { kind: 'new', token })
      await agent.apply(agentContext, plan)
      await agent.stopStaleDaemon(agentContext)
    }
    context.terminal.done(`Rotated the client token ${one}; the old one is refused from now on.`)
    if (agent) context.terminal.notice(`A ${agent.label} that runs has the old one: start it again.`)
    else if (one === 'default') context.terminal.next(`eval "$(cordon env${suffixOf(options)})"`)
    else context.terminal.answer(proxyUrl(scope.name, token, config.listen))
  }
}
