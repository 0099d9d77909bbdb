import { Command } from 'commander'
import { readIfThere } from '../../base/file.ts'
import type { RouteName } from '../../base/names.ts'
import { removeRoute, saveConfig } from '../../config/edit.ts'
import { routeNameArgument } from '../arguments.ts'
import { type Context, configIn, type Placed, placed } from '../context.ts'
import { noteRestart } from './restart.ts'

export const routeRemove = (context: Context) =>
  placed(new Command('remove'))
    .summary('take a route out of the file; its secret stays in its store')
    .argument('<name>', 'a route of cordon.toml', routeNameArgument)
    .action((name: RouteName, options: Placed) => removeRouteNamed(context, name, options))

export function removeRouteNamed(context: Context, name: RouteName, options: Placed): void {
  const { scope, config } = configIn(context, options)
  const route = config.routes.find((one) => one.name === name)
  if (!route) return context.terminal.done(`${scope.configPath} has no route ${name} already.`)
  const before = readIfThere(scope.configPath) ?? ''
  saveConfig(scope.configPath, before, removeRoute(before, name))
  context.terminal.done(`Removed the route ${name} from ${scope.configPath}.`)
  const others = config.routes.filter(
    (one) => one.name !== name && JSON.stringify(one.secret) === JSON.stringify(route.secret),
  )
  if (others.length === 0) context.terminal.notice(`Its secret "${route.secret.account}" is still in its store.`)
  noteRestart(context, scope)
}
