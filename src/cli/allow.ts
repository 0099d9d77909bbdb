import { Command } from 'commander'
import { CordonError } from '../base/error.ts'
import { allow, isRecorded, unallowedIn } from '../config/allowed.ts'
import { type Context, configIn, type Placed, placed } from './context.ts'
import { takeOver } from './route/take-over.ts'

export const allowCommand = (context: Context) =>
  placed(new Command('allow'))
    .description(
      "Let the cordon.toml of a project do what it says: which secret goes where, whom cordon believes, what agents may reach. That file lies where an agent can write and a clone brings its own, so what was changed by hand holds once it is allowed. Changes by cordon's own commands are allowed with them.",
    )
    .option('-y, --yes', 'ask nothing')
    .action((options: Placed & { yes?: boolean }) => allowConfig(context, options))

/** Throws `cancelled` where a person at a terminal does not agree. */
export async function allowConfig(context: Context, options: Placed & { yes?: boolean }): Promise<void> {
  const { terminal } = context
  const { scope, config } = configIn(context, options)
  const deeds = unallowedIn(scope, config)
  if (deeds.length === 0 && isRecorded(scope)) return terminal.done(`All that ${config.path} does is allowed already.`)
  if (deeds.length > 0) terminal.notice(deedsText(config.path, deeds))
  if (deeds.length > 0 && terminal.isInteractive && !options.yes && !(await terminal.confirm('Allow that?')))
    throw new CordonError('cancelled', 'Nothing was changed.')
  allow(scope, config)
  terminal.done(`Allowed what ${config.path} does.`)
  await takeOver(context, scope)
}

/** What a file does without anybody's leave, a line each. */
export function deedsText(path: string, deeds: readonly string[]): string {
  return [`Nobody has allowed yet that ${path}`, ...deeds.map((deed) => `    ${deed}`)].join('\n')
}
