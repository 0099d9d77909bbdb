import { Command } from 'commander'
import type { RouteName } from '../../base/names.ts'
import { secretHolders } from '../../config/holders.ts'
import { holderNamed, routeNameArgument } from '../arguments.ts'
import { type Context, configIn, factual, type Placed, sourcesIn, suffixOf } from '../context.ts'
import { QuietExit } from '../exit.ts'
import { tellNoRoute } from '../route/list.ts'
import { type SecretState, secretStates } from './states.ts'

export const secretCheck = (context: Context) =>
  factual(new Command('check'))
    .summary('read every secret, or one, without showing it')
    .argument('[route]', 'a route of cordon.toml, or network.proxy', routeNameArgument)
    .action((name: RouteName | undefined, options: Placed) => checkSecret(context, name, options))

/** Exit code 4 when one is not there. */
export async function checkSecret(context: Context, name: RouteName | undefined, options: Placed): Promise<void> {
  const { scope, config } = configIn(context, options)
  const holders = name === undefined ? secretHolders(config) : [holderNamed(config, name)]
  if (holders.length === 0 && !options.json) return tellNoRoute(context, config, options)
  const states = await secretStates(holders, await sourcesIn(context, scope), config.secrets.timeoutMs)
  if (options.json) context.terminal.answer(JSON.stringify(states, null, 2))
  else for (const state of states) tell(context, state, suffixOf(options))
  if (states.some(({ state }) => state !== 'stored')) throw new QuietExit(4)
}

function tell({ terminal }: Context, { name, store, account, state, why, hint }: SecretState, suffix: string): void {
  if (state === 'stored') return terminal.done(`${name}: "${account}" is in ${store}.`)
  terminal.notice(`${name}: ${why}${hint === undefined ? '' : ` To mend it, ${hint}.`}`)
  if (hint === undefined) terminal.next(`cordon secret set ${name}${suffix}`)
}
