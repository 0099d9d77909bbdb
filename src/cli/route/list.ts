import { Command } from 'commander'
import type { Config } from '../../config/config.ts'
import { type Context, configIn, factual, type Placed, suffixOf } from '../context.ts'
import { table } from '../table.ts'
import { credentialText, placeText, routeFacts, scopeText } from './facts.ts'

export const routeList = (context: Context) =>
  factual(new Command('list'))
    .summary('list the routes')
    .action((options: Placed) => listRoutes(context, options))

/** What there is to say where a list of the routes, or of their secrets, would be empty. */
export function tellNoRoute({ terminal }: Context, { path }: Config, options: Placed): void {
  terminal.notice(`${path} has no route yet.`)
  terminal.next(`cordon route add${suffixOf(options)}`)
}

export function listRoutes(context: Context, options: Placed): void {
  const { config } = configIn(context, options)
  if (options.json) return context.terminal.answer(JSON.stringify(config.routes.map(routeFacts), null, 2))
  if (config.routes.length === 0) return tellNoRoute(context, config, options)
  const rows = config.routes.map((route) => [route.name, scopeText(route), credentialText(route), placeText(route)])
  context.terminal.answer(table(['NAME', 'HOST', 'THE ORIGIN GETS', 'SECRET'], rows))
}
