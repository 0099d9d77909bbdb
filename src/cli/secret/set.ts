import { Command } from 'commander'
import type { RouteName } from '../../base/names.ts'
import { askHealth } from '../../control/health.ts'
import { acceptValue } from '../../secrets/value.ts'
import { routeNameArgument, routeNamed } from '../arguments.ts'
import { type Context, configIn, type Placed, placed, sourcesIn, suffixOf } from '../context.ts'

export const secretSet = (context: Context) =>
  placed(new Command('set'))
    .summary('store the secret of a route')
    .description(
      'Store the secret of a route in the store that the route names. It is asked for without showing it, or read from stdin; it is never an argument.',
    )
    .argument('<route>', 'a route of cordon.toml', routeNameArgument)
    .addHelpText(
      'after',
      '\n  $ cordon secret set openai\n  $ op read op://dev/github/token | cordon secret set github',
    )
    .action((name: RouteName, options: Placed) => setSecret(context, name, options))

/** Throws `route_missing`, `secret_unfit`, and what the store has to say. */
export async function setSecret(context: Context, name: RouteName, options: Placed): Promise<void> {
  const { terminal } = context
  const { scope, config } = configIn(context, options)
  const { secret: place } = routeNamed(config, name)
  const sources = await sourcesIn(context, scope)
  const { secret, notice } = acceptValue(await terminal.readSecret(`Secret of ${name}:`))
  const source = sources.of(place)
  const before = await source.fetch(place)
  if (before?.reveal() === secret.reveal())
    return terminal.done(`${source.label} holds this secret of ${name} already.`)
  await source.store(place, secret)
  if (notice !== undefined) terminal.notice(notice)
  terminal.done(`${before ? 'Replaced' : 'Stored'} the secret of ${name} in ${source.label}, as "${place.account}".`)
  const others = config.routes.filter(
    (route) => route.name !== name && JSON.stringify(route.secret) === JSON.stringify(place),
  )
  if (others.length > 0) terminal.notice(`It serves ${others.map((route) => route.name).join(' and ')} too.`)
  if ((await askHealth(config.listen)).kind !== 'cordon') terminal.next(`cordon start${suffixOf(options)}`)
}
