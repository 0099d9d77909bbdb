import { Command } from 'commander'
import { CordonError } from '../../base/error.ts'
import type { RouteName } from '../../base/names.ts'
import { sharersOf } from '../../config/holders.ts'
import { askHealth } from '../../control/health.ts'
import { mendedBy } from '../../proxy/secret-fault.ts'
import { type Accepted, acceptValue } from '../../secrets/value.ts'
import { holderNamed, routeNameArgument } from '../arguments.ts'
import { type Context, configIn, type Placed, placed, sourcesIn, suffixOf } from '../context.ts'
import type { Terminal } from '../terminal.ts'
import { andList } from '../word.ts'

export const secretSet = (context: Context) =>
  placed(new Command('set'))
    .summary('store the secret of a route')
    .description(
      'Store the secret of a route in the store that the route names. It is asked for without showing it, or read from stdin; it is never an argument.',
    )
    .argument('<route>', 'a route of cordon.toml, or network.proxy', routeNameArgument)
    .addHelpText(
      'after',
      '\n  $ cordon secret set openai\n  $ op read op://dev/github/token | cordon secret set github',
    )
    .allowExcessArguments()
    .action((name: RouteName, options: Placed, command: Command) => {
      if (command.args.length > 1) throw secretAsArgument(name, options)
      return setSecret(context, name, options)
    })

/** What stood behind the name may be the key, so that not even commander may say it again. */
function secretAsArgument(name: RouteName, options: Placed): CordonError {
  const command = `cordon secret set ${name}${suffixOf(options)}`
  return new CordonError(
    'usage',
    'A secret is never an argument: other programs can read it, and the shell keeps it.',
    {
      hint: `run \`${command}\` and type it there, or \`${command} < FILE\`; if this was a real key, replace it by a new one`,
    },
  )
}

/** Throws `route_missing`, `secret_unfit`, and what the store has to say. */
export async function setSecret(context: Context, name: RouteName, options: Placed): Promise<void> {
  const { terminal } = context
  const { scope, config } = configIn(context, options)
  const { secret: place } = holderNamed(config, name)
  const sources = await sourcesIn(context, scope)
  const { secret, notice } = await secretFrom(terminal, name, suffixOf(options))
  const source = sources.of(place)
  const before = await source.fetch(place).catch(mendedBy(name))
  if (before?.reveal() === secret.reveal())
    return terminal.done(`This secret of ${name} is in ${source.label} already.`)
  await source.store(place, secret).catch(mendedBy(name))
  if (notice !== undefined) terminal.notice(notice)
  terminal.done(`${before ? 'Replaced' : 'Stored'} the secret of ${name} in ${source.label}, as "${place.account}".`)
  const others = sharersOf(config, name)
  if (others.length > 0) terminal.notice(`It serves ${andList(others)} too.`)
  if ((await askHealth(config.listen)).kind !== 'cordon') terminal.next(`cordon start${suffixOf(options)}`)
}

/** The value as it is typed or piped. Throws `secret_unfit`, with the command that takes another one. */
async function secretFrom(terminal: Terminal, name: RouteName, suffix: string): Promise<Accepted> {
  try {
    return acceptValue(await terminal.readSecret(`Secret of ${name}:`))
  } catch (cause) {
    if (!(cause instanceof CordonError) || cause.hint !== undefined) throw cause
    const hint = `nothing was stored; run \`cordon secret set ${name}${suffix}\` with another value`
    throw new CordonError(cause.code, cause.message, { hint, cause })
  }
}
