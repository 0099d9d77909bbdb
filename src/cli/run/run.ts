import { Command } from 'commander'
import { processOf } from '../../base/process.ts'
import type { Config } from '../../config/config.ts'
import { placeholdersFor } from '../../config/known-hosts.ts'
import { likelyKeys } from '../../config/likely-keys.ts'
import type { Scope } from '../../config/scope.ts'
import { addToken } from '../../config/tokens.ts'
import { withOwnProcess } from '../../integrations/own-process.ts'
import { listed, routeNameArgument, routeNamed } from '../arguments.ts'
import { type Context, type Placed, placed } from '../context.ts'
import { QuietExit } from '../exit.ts'
import { leadThrough } from '../lead.ts'
import { tellNoRoute } from '../route/list.ts'
import { become } from './become.ts'
import { executableFor } from './executable.ts'
import { keepProxy } from './keep-proxy.ts'

interface RunOptions extends Placed {
  route?: string[]
  clean?: boolean
}

export const runCommand = (context: Context) =>
  placed(new Command('run'))
    .description(
      'Run a command that is led through cordon, with placeholders where it looks for keys. Where the proxy does not run, one is started for as long as the command lives. Terminal, signals and exit code are those of the command.',
    )
    .argument('<command>', 'what to run, behind `--`')
    .argument('[args...]', 'its words')
    .option(
      '-r, --route <name>',
      'open this route alone, to a token that ends with the command; may be repeated',
      listed,
    )
    .option('--clean', 'leave out variables that look like real keys')
    .passThroughOptions()
    .usage('[options] -- <command> [args...]')
    .addHelpText('after', '\n  $ cordon run -- codex\n  $ cordon run --route github --clean -- gh repo list')
    .action((command: string, words: string[], options: RunOptions) => run(context, command, words, options))

/** Throws `command_missing` and `command_unfit` before anything is started, and all that keeps a proxy from running. */
export async function run(context: Context, command: string, words: string[], options: RunOptions): Promise<void> {
  const executable = executableFor(command, context)
  const { scope, config, variables, notices } = await leadThrough(
    context,
    options,
    options.route && tokenForCommand(options),
  )
  const placeholders = placeholdersFor(routesOf(config, options))
  const env = { ...inherited(context.env), ...variables, ...placeholders }
  await keepProxy(context, options, scope, config)
  for (const notice of notices) context.terminal.notice(notice)
  if (config.routes.length === 0) tellNoRoute(context, config, options)
  const keys = likelyKeys(env).filter((name) => !Object.hasOwn(variables, name))
  if (options.clean) for (const name of keys) delete env[name]
  else if (keys.length > 0) context.terminal.notice(warningOf(keys))
  throw new QuietExit(await become({ executable, words: [command, ...withOwnProcess(command, words)], env }))
}

/** A token that opens the routes of the command alone, and lives as long as the command does, which takes this process over. */
function tokenForCommand(options: RunOptions): (scope: Scope, config: Config) => string {
  return ({ tokensPath }, config) => {
    const routes = routesOf(config, options).map(({ name }) => name)
    return addToken(tokensPath, `run-${process.pid}`, { routes, process: processOf(process.pid) })
  }
}

/** Throws `route_missing` for a name that no route has. */
function routesOf(config: Config, { route: names }: RunOptions): Config['routes'] {
  if (names === undefined) return config.routes
  return names.map((name) => routeNamed(config, routeNameArgument(name)))
}

function inherited(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

function warningOf(names: readonly string[]): string {
  const [looks, it] = names.length === 1 ? ['looks like a real key', 'it'] : ['look like real keys', 'them']
  return `The command gets ${names.join(', ')}, which ${looks}: \`cordon run --clean\` leaves ${it} out, \`cordon import --from-env NAME\` moves one into the store.`
}
