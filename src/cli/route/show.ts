import { Command } from 'commander'
import type { RouteName } from '../../base/names.ts'
import { routeNameArgument, routeNamed } from '../arguments.ts'
import { type Context, configIn, factual, type Placed } from '../context.ts'
import { credentialText, placeText, routeFacts, scopeText } from './facts.ts'

export const routeShow = (context: Context) =>
  factual(new Command('show'))
    .summary('show one route')
    .argument('<name>', 'a route of cordon.toml', routeNameArgument)
    .action((name: RouteName, options: Placed) => showRoute(context, name, options))

export function showRoute(context: Context, name: RouteName, options: Placed): void {
  const route = routeNamed(configIn(context, options).config, name)
  if (options.json) return context.terminal.answer(JSON.stringify(routeFacts(route), null, 2))
  const { connectTo } = route
  const lines = [
    ['requests for', scopeText(route)],
    ['carry', credentialText(route)],
    ['from', placeText(route)],
    ...(connectTo ? [['and go to', `${connectTo.host}:${connectTo.port}`]] : []),
    ...(route.allowCleartext ? [['also', 'over plain HTTP']] : []),
  ]
  context.terminal.answer(lines.map(([label = '', text]) => `${label.padEnd(14)}${text}`).join('\n'))
}
