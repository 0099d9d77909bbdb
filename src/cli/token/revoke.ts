import { Command } from 'commander'
import { readTokens, revokeToken } from '../../config/tokens.ts'
import { integrations } from '../../integrations/integrations.ts'
import { type Context, type Placed, placed, scopeIn, suffixOf } from '../context.ts'
import { shownWord } from '../word.ts'

export const tokenRevoke = (context: Context) =>
  placed(new Command('revoke'))
    .summary('make a client token worthless, from the next request on')
    .argument('<name>', 'as `cordon token list` prints it')
    .action((name: string, options: Placed) => revoke(context, name, options))

/** A name that there is none of is told with those that there are: it may be a typo, and the token still good. */
export function revoke(context: Context, name: string, options: Placed): void {
  const { terminal } = context
  const { tokensPath } = scopeIn(context, options)
  const suffix = suffixOf(options)
  if (!revokeToken(tokensPath, name)) {
    const others = readTokens(tokensPath)?.map((token) => token.name) ?? []
    return terminal.done(
      `There is already no client token ${shownWord(name)}${others.length === 0 ? '' : `, only ${others.join(', ')}`}.`,
    )
  }
  terminal.done(`Revoked the client token ${name}; requests with it are refused from now on.`)
  const agent = integrations.find((integration) => integration.name === name)
  if (agent)
    terminal.notice(
      `${agent.label} cannot pass now: \`cordon setup ${name}${suffix}\` gives it a new token, \`cordon integration disable ${name}${suffix}\` takes its set-up back.`,
    )
  if (name === 'default')
    terminal.notice(`\`cordon env\` has none to print until \`cordon setup${suffix}\` makes a new one.`)
}
