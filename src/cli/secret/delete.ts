import { Command } from 'commander'
import type { RouteName } from '../../base/names.ts'
import { sharersOf } from '../../config/holders.ts'
import { mendedBy } from '../../proxy/secret-fault.ts'
import { holderNamed, routeNameArgument } from '../arguments.ts'
import { type Context, configIn, type Placed, placed, sourcesIn } from '../context.ts'
import { andList } from '../word.ts'

export const secretDelete = (context: Context) =>
  placed(new Command('delete'))
    .summary('remove the secret of a route from its store')
    .argument('<route>', 'a route of cordon.toml, or network.proxy', routeNameArgument)
    .action((name: RouteName, options: Placed) => deleteSecret(context, name, options))

export async function deleteSecret(context: Context, name: RouteName, options: Placed): Promise<void> {
  const { terminal } = context
  const { scope, config } = configIn(context, options)
  const { secret: place } = holderNamed(config, name)
  const source = (await sourcesIn(context, scope)).of(place)
  const wasThere = await source.remove(place).catch(mendedBy(name))
  if (!wasThere) return terminal.done(`There is already no secret of ${name} ("${place.account}") in ${source.label}.`)
  terminal.done(`Removed the secret of ${name} ("${place.account}") from ${source.label}.`)
  const others = sharersOf(config, name)
  if (others.length > 0) terminal.notice(`It served ${andList(others)} too.`)
}
