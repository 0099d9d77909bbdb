import { Command, Option } from 'commander'
import { type Context, type Placed, placed } from './context.ts'
import { environmentText, type Format, formats } from './environment-text.ts'
import { leadThrough } from './lead.ts'

interface EnvOptions extends Placed {
  format: Format
  certs?: string
}

export const envCommand = (context: Context) =>
  placed(new Command('env'))
    .description(
      'Print the variables that lead a program through cordon. The proxy URL in them holds a client token: it opens the proxy, and is no key of yours.',
    )
    .addOption(new Option('-f, --format <format>', 'for which reader').choices(formats).default('shell'))
    .option('--certs <folder>', 'where the program finds copies of the CA and the bundle')
    .option('--json', 'the same as --format json')
    .addHelpText(
      'after',
      `
  $ eval "$(cordon env)"                             sh, bash, zsh
  $ cordon env --format fish | source
  $ cordon env --format powershell | Out-String | iex
  $ cordon env --format github >> "$GITHUB_ENV"
  $ cordon env --format docker > cordon.env          for docker run --env-file`,
    )
    .action((options: EnvOptions) => printEnvironment(context, options))

/** Throws `tokens_missing` and `ca_missing` when there is nothing to lead through or to trust yet. */
export async function printEnvironment(context: Context, options: EnvOptions): Promise<void> {
  const { variables, notices } = await leadThrough(context, options)
  context.terminal.answer(environmentText(variables, options.json ? 'json' : options.format))
  for (const notice of notices) context.terminal.notice(notice)
}
