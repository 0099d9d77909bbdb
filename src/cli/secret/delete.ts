import { Command } from 'commander'
import type { RouteName } from '../../base/names.ts'
import { holderNamed, routeNameArgument } from '../arguments.ts'
import { type Context, configIn, type Placed, placed, sourcesIn } from '../context.ts'

export const secretDelete = (context: Context) =>
  placed(new Command('delete'))
    .summary('remove the secret of a route from its store')
    .argument('<route>', 'a route of cordon.toml, or network.proxy', routeNameArgument)
    .action((name: RouteName, options: Placed) => deleteSecret(context, name, options))

export async function deleteSecret(context: Context, name: RouteName, options: Placed): Promise<void> {
  const { scope, config } = configIn(context, options)
  const { secret: place } = holderNamed(config, name)
  const source = (await sourcesIn(context, scope)).of(place)
  const wasThere = await source.remove(place)
  context.terminal.done(
    wasThere
      ? `Removed the secret of ${name} ("${place.account}") from ${source.label}.`
      : `There is already no secret of ${name} ("${place.account}") in ${source.label}.`,
  )
}
