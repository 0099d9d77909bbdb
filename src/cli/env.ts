import { Command, Option } from 'commander'
import { CordonError } from '../base/error.ts'
import { lstatIfThere } from '../base/file.ts'
import { environmentOf } from '../config/environment.ts'
import { proxyUrl, readTokens } from '../config/tokens.ts'
import { type Context, configIn, type Placed, placed, suffixOf } from './context.ts'

const formats = ['shell', 'fish', 'dotenv', 'json'] as const
type Format = (typeof formats)[number]

export const envCommand = (context: Context) =>
  placed(new Command('env'))
    .description(
      'Print the variables that lead a program through cordon. The proxy URL in them holds a client token: it opens the proxy, and is no key of yours.',
    )
    .addOption(new Option('-f, --format <format>', 'for which reader').choices(formats).default('shell'))
    .option('--json', 'the same as --format json')
    .addHelpText('after', '\n  $ eval "$(cordon env)"')
    .action((options: Placed & { format: Format }) => printEnvironment(context, options))

/** Throws `tokens_missing` and `ca_missing` when there is nothing to lead through or to trust yet. */
export function printEnvironment(context: Context, options: Placed & { format: Format }): void {
  const { scope, config } = configIn(context, options)
  const setUp = { hint: `run \`cordon setup${suffixOf(options)}\`` }
  const token = readTokens(scope.tokensPath)?.find(({ name }) => name === 'default')
  if (token?.secret.kind !== 'readable')
    throw new CordonError('tokens_missing', 'There is no default client token.', setUp)
  if (!lstatIfThere(scope.certs.bundle)) throw new CordonError('ca_missing', 'There is no CA bundle yet.', setUp)
  const variables = environmentOf({
    scope,
    proxyUrl: proxyUrl(scope.name, token.secret.token, config.listen),
    env: context.env,
  })
  context.terminal.answer(environmentText(variables, options.json ? 'json' : options.format))
}

/** The variables as their reader wants them. */
export function environmentText(variables: Readonly<Record<string, string>>, format: Format): string {
  const pairs = Object.entries(variables)
  switch (format) {
    case 'shell':
      return pairs.map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`).join('\n')
    case 'fish':
      return pairs
        .map(([name, value]) => `set -gx ${name} '${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`)
        .join('\n')
    case 'dotenv':
      return pairs.map(([name, value]) => `${name}=${dotenvValue(name, value)}`).join('\n')
    case 'json':
      return JSON.stringify(variables, null, 2)
  }
}

// The readers of such files (Node, dotenv, Docker) agree on no escapes: a plain value stands bare, any other one in quotes
// of a kind that it does not hold. Within double quotes some read `$` and backslashes.
function dotenvValue(name: string, value: string): string {
  if (/^[\w@%+=:,./-]*$/.test(value)) return value
  if (!value.includes("'")) return `'${value}'`
  if (!/["$\\]/.test(value)) return `"${value}"`
  if (!value.includes('`')) return `\`${value}\``
  throw new CordonError('env_unfit', `No quotes of a dotenv file can hold the value of ${name}.`, {
    hint: 'use `--format json`, or another value',
  })
}
