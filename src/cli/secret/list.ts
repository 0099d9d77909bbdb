import { Command } from 'commander'
import { type Context, configIn, factual, type Placed, sourcesIn } from '../context.ts'
import { tellNoRoute } from '../route/list.ts'
import { table } from '../table.ts'
import { secretStates } from './states.ts'

export const secretList = (context: Context) =>
  factual(new Command('list'))
    .summary('list the secrets of the routes, and where they lie')
    .action((options: Placed) => listSecrets(context, options))

export async function listSecrets(context: Context, options: Placed): Promise<void> {
  const { scope, config } = configIn(context, options)
  const states = await secretStates(config.routes, await sourcesIn(context, scope), config.secrets.timeoutMs)
  if (options.json) return context.terminal.answer(JSON.stringify(states, null, 2))
  if (states.length === 0) return tellNoRoute(context, config, options)
  const rows = states.map(({ route, account, store, state }) => [route, account, state, store])
  context.terminal.answer(table(['ROUTE', 'ACCOUNT', 'STATE', 'STORE'], rows))
}
