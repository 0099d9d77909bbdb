import { Command } from 'commander'
import { CordonError } from '../../base/error.ts'
import { readIfThere } from '../../base/file.ts'
import type { RouteName } from '../../base/names.ts'
import { changeConfig } from '../../config/allowed.ts'
import { editRoute, type RouteDraft } from '../../config/edit.ts'
import { routeNameArgument, routeNamed } from '../arguments.ts'
import { type Context, configIn, type Placed, placed, suffixOf } from '../context.ts'
import { authFrom, byFlags, matchFrom, placeFrom, type RouteFlags, sourceFlag, withRouteFlags } from './options.ts'
import { takeOver } from './take-over.ts'

export const routeEdit = (context: Context) =>
  withRouteFlags(placed(new Command('edit')))
    .summary('change what the flags name, and nothing else of the file')
    .argument('<name>', 'a route of cordon.toml', routeNameArgument)
    .option('--name <name>', 'its new name')
    .addHelpText('after', '\n  $ cordon route edit openai --account openai-work')
    .action((name: RouteName, options: Placed & RouteFlags) => editRouteFrom(context, name, options))

export async function editRouteFrom(context: Context, name: RouteName, options: Placed & RouteFlags): Promise<void> {
  const { scope, config } = configIn(context, options)
  const changes = changesFrom(routeNamed(config, name), options)
  if (Object.keys(changes).length === 0)
    throw new CordonError('usage', 'Nothing to change was named.', {
      hint: 'see the flags with `cordon route edit --help`',
    })
  const before = readIfThere(scope.configPath) ?? ''
  const after = editRoute(before, name, changes)
  if (after === before) return context.terminal.done(`The route ${name} says that already.`)
  byFlags(() => changeConfig(scope, before, after))
  context.terminal.done(`Changed the route ${changes.name ?? name} in ${scope.configPath}.`)
  await takeOver(context, scope)
  if (changes.secret) context.terminal.next(`cordon secret set ${changes.name ?? name}${suffixOf(options)}`)
}

type Route = ReturnType<typeof routeNamed>

/** Only what a flag names; a credential that changes in part keeps its other part. */
function changesFrom(route: Route, flags: RouteFlags): Partial<RouteDraft> {
  const names = (...keys: (keyof RouteFlags)[]) => keys.some((key) => flags[key] !== undefined)
  return {
    ...(flags.name !== undefined && { name: routeNameArgument(flags.name) }),
    ...(flags.host !== undefined && { host: flags.host }),
    ...matchFrom(flags),
    ...(names('authType', 'headerName', 'scheme', 'username') && {
      auth: authFrom({ ...partsOf(route, flags), ...flags }, ''),
    }),
    ...(names('source', 'account', 'service', 'decode', 'store') && {
      secret: placeFrom(flags, sourceFlag(flags.source) ?? route.secret.source, route.name, placePartsOf(route)),
    }),
  }
}

function partsOf({ auth }: Route, { authType }: RouteFlags): RouteFlags {
  if (authType !== undefined && authType !== auth.type) return {}
  if (auth.type === 'basic') return { authType: 'basic', username: auth.username }
  return { authType: 'header', headerName: auth.headerName, ...(auth.scheme !== undefined && { scheme: auth.scheme }) }
}

function placePartsOf({ secret }: Route): RouteFlags {
  if (secret.source === 'age') return { account: secret.account }
  return {
    account: secret.account,
    service: secret.service,
    ...(secret.decode && { decode: secret.decode }),
    ...(secret.store && { store: secret.store }),
  }
}
