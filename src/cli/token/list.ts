import { Command } from 'commander'
import { CordonError } from '../../base/error.ts'
import { readTokens } from '../../config/tokens.ts'
import { type Context, factual, type Placed, scopeIn, suffixOf } from '../context.ts'
import { table } from '../table.ts'

export const tokenList = (context: Context) =>
  factual(new Command('list'))
    .summary('list the names of the client tokens; their values are never shown')
    .action((options: Placed) => listTokens(context, options))

export function listTokens(context: Context, options: Placed): void {
  const tokens = readTokens(scopeIn(context, options).tokensPath)
  if (!tokens)
    throw new CordonError('tokens_missing', 'There is no client token yet.', {
      hint: `run \`cordon setup${suffixOf(options)}\``,
    })
  const facts = tokens.map(({ name, created, secret, limits: { routes } }) => ({
    name,
    created: created.toISOString(),
    kept: secret.kind,
    ...(routes && { routes }),
  }))
  if (options.json) return context.terminal.answer(JSON.stringify(facts, null, 2))
  if (facts.length === 0) {
    context.terminal.notice('There is no client token, so no client can pass.')
    return context.terminal.next(`cordon setup${suffixOf(options)}`)
  }
  context.terminal.answer(
    table(
      ['NAME', 'CREATED', 'KEPT', 'OPENS'],
      facts.map(({ name, created, kept, routes }) => [name, created, kept, routes?.join(', ') ?? 'every route']),
    ),
  )
}
