import { Command } from 'commander'
import { CordonError } from '../../base/error.ts'
import { proxyUrl } from '../../config/token-file.ts'
import { addToken } from '../../config/tokens.ts'
import { integrations } from '../../integrations/integrations.ts'
import { listed, routeNameArgument, routeNamed } from '../arguments.ts'
import { type Context, configIn, factual, type Placed, suffixOf } from '../context.ts'
import { andList } from '../word.ts'

interface AddOptions extends Placed {
  route?: string[]
}

export const tokenAdd = (context: Context) =>
  factual(new Command('add'))
    .summary('make a client token, for some routes or all, and print its proxy URL')
    .description(
      'Make a client token and print the proxy URL that holds it, once: at this end only its digest is kept. With --route it opens those routes alone; hosts without a route are tunnelled for every token.',
    )
    .argument('<name>', 'what to call it')
    .option('-r, --route <name>', 'open this route; may be repeated', listed)
    .addHelpText('after', '\n  $ export HTTPS_PROXY="$(cordon token add ci --route github)"')
    .action((name: string, options: AddOptions) => add(context, name, options))

/** Throws `route_missing`, `token_exists`, and `usage` for a name that is kept for others. */
export function add(context: Context, name: string, options: AddOptions): void {
  const { terminal } = context
  const { scope, config } = configIn(context, options)
  refuseKept(name, suffixOf(options))
  const routes = options.route?.map((route) => routeNamed(config, routeNameArgument(route)).name)
  const url = proxyUrl(scope.name, addToken(scope.tokensPath, name, { ...(routes && { routes }) }), config.listen)
  if (options.json) return terminal.answer(JSON.stringify({ name, ...(routes && { routes }), proxyUrl: url }, null, 2))
  terminal.answer(url)
  const opens = routes
    ? `, which opens ${routes.length === 1 ? 'the route' : 'the routes'} ${andList(routes)} alone`
    : ''
  terminal.notice(`That is the proxy URL with the client token ${name}${opens}. It is not shown again.`)
}

function refuseKept(name: string, suffix: string): void {
  const agent = integrations.find((one) => one.name === name)
  if (agent === undefined && name !== 'default') return
  throw new CordonError('usage', `The client token ${name} is kept for ${agent?.label ?? '`cordon env`'}.`, {
    hint: `make it with \`cordon setup${agent ? ` ${name}` : ''}${suffix}\`, or take another name`,
  })
}
