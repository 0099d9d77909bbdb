import { Command } from 'commander'
import { readIfThere } from '../../base/file.ts'
import type { RouteName } from '../../base/names.ts'
import { changeConfig } from '../../config/allowed.ts'
import { removeRoute } from '../../config/edit.ts'
import { routeNameArgument } from '../arguments.ts'
import { type Context, configIn, type Placed, placed } from '../context.ts'
import { shownWord } from '../word.ts'
import { takeOver } from './take-over.ts'

export const routeRemove = (context: Context) =>
  placed(new Command('remove'))
    .summary('take a route out of the file; its secret stays in its store')
    .description(
      'Take a route out of the file. Its secret stays in its store: to be rid of that too, run `cordon secret delete` first.',
    )
    .argument('<name>', 'a route of cordon.toml', routeNameArgument)
    .action((name: RouteName, options: Placed) => removeRouteNamed(context, name, options))

export async function removeRouteNamed(context: Context, name: RouteName, options: Placed): Promise<void> {
  const { scope, config } = configIn(context, options)
  const route = config.routes.find((one) => one.name === name)
  if (!route) {
    const others = config.routes.map((one) => one.name).join(', ')
    return context.terminal.done(
      `There is already no route ${shownWord(name)} in ${scope.configPath}${others && `, which has ${others}`}.`,
    )
  }
  const before = readIfThere(scope.configPath) ?? ''
  changeConfig(scope, before, removeRoute(before, name))
  context.terminal.done(`Removed the route ${name} from ${scope.configPath}.`)
  const others = config.routes.filter(
    (one) => one.name !== name && JSON.stringify(one.secret) === JSON.stringify(route.secret),
  )
  if (others.length === 0)
    context.terminal.notice(`Its secret, if one was stored, stays in its store as "${route.secret.account}".`)
  await takeOver(context, scope)
}
