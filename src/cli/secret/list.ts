import { Command } from 'commander'
import { secretHolders } from '../../config/holders.ts'
import { type Context, configIn, factual, type Placed, sourcesIn } from '../context.ts'
import { tellNoRoute } from '../route/list.ts'
import { table } from '../table.ts'
import { secretStates } from './states.ts'

export const secretList = (context: Context) =>
  factual(new Command('list'))
    .summary('list the secrets, and where they lie')
    .action((options: Placed) => listSecrets(context, options))

export async function listSecrets(context: Context, options: Placed): Promise<void> {
  const { scope, config } = configIn(context, options)
  const states = await secretStates(secretHolders(config), await sourcesIn(context, scope), config.secrets.timeoutMs)
  if (options.json) return context.terminal.answer(JSON.stringify(states, null, 2))
  if (states.length === 0) return tellNoRoute(context, config, options)
  const rows = states.map(({ name, account, store, state }) => [name, account, state, store])
  context.terminal.answer(table(['NAME', 'ACCOUNT', 'STATE', 'STORE'], rows))
}
