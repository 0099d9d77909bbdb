/**
 * The command line: builds the commands, runs one, and is the only place that prints an error and decides the exit code.
 */

import { styleText } from 'node:util'
import { Command, CommanderError } from 'commander'
import { CordonError, CordonErrors } from '../base/error.ts'
import { ConfigFault } from '../config/fault.ts'
import type { Context } from './context.ts'
import { doctorCommand } from './doctor.ts'
import { envCommand } from './env.ts'
import { type ExitCode, exitCodeOf, exitCodes, QuietExit } from './exit.ts'
import { integrationCommand } from './integration/integration.ts'
import { routeCommand } from './route/route.ts'
import { secretCommand } from './secret/secret.ts'
import { setupCommand } from './setup/setup.ts'
import { startCommand } from './start.ts'
import { statusCommand } from './status.ts'
import { openTerminal } from './terminal.ts'
import { tokenCommand } from './token/token.ts'
import { waitCommand } from './wait.ts'

declare const CORDON_VERSION: string
/** Written into the bundle by the build; the source as it lies has none. */
const version = typeof CORDON_VERSION === 'string' ? CORDON_VERSION : '0.0.0-source'

export async function main(argv: readonly string[]): Promise<ExitCode> {
  const context: Context = { cwd: process.cwd(), env: process.env, terminal: openTerminal(), version }
  const program = programOf(context)
  try {
    await program.parseAsync(argv, { from: 'user' })
    return 0
  } catch (thrown) {
    return tell(thrown, argv.includes('--json'))
  }
}

function programOf(context: Context): Command {
  const program = new Command('cordon')
    .description(
      'A local credential boundary for coding agents: they hold a placeholder, cordon puts the real key in on the way.',
    )
    .version(context.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this page, or that of a command')
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true })
    .addHelpText('after', helpEnd)
    .showSuggestionAfterError()
    .exitOverride()
  program.commandsGroup('Begin:')
  for (const command of [setupCommand(context), startCommand(context), envCommand(context)]) program.addCommand(command)
  program.commandsGroup('Manage:')
  for (const command of [
    routeCommand(context),
    secretCommand(context),
    tokenCommand(context),
    integrationCommand(context),
  ])
    program.addCommand(command)
  program.commandsGroup('Ask:')
  for (const command of [doctorCommand(context), statusCommand(context), waitCommand(context)])
    program.addCommand(command)
  for (const command of descendantsOf(program)) command.exitOverride().showSuggestionAfterError()
  return program
}

const helpEnd = `
First steps:
  $ cordon setup codex          make a CA, cordon.toml and a client token, and wire Codex to them
  $ cordon secret set openai    put the real key into the system keyring, or an encrypted file
  $ cordon start                run the proxy

Which cordon.toml: this folder's by default, the user's with --scope user, any with --config PATH.

Exit codes:
${Object.entries(exitCodes)
  .map(([code, meaning]) => `  ${code.padStart(2)}  ${meaning}`)
  .join('\n')}`

function descendantsOf(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...descendantsOf(child)])
}

/** Prints what went wrong, in the words of the error, and answers with the exit code. */
function tell(thrown: unknown, asJson: boolean): ExitCode {
  // Commander has printed its own complaint already; help and version are no failure.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2
  if (thrown instanceof QuietExit) return thrown.code
  if (thrown instanceof Error && thrown.name === 'ExitPromptError') return 1
  if (!(thrown instanceof CordonError)) {
    process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\nThis is a bug of cordon.\n`)
    return 70
  }
  if (asJson) process.stdout.write(`${JSON.stringify({ error: factsOf(thrown) }, null, 2)}\n`)
  else print(thrown)
  return exitCodeOf(thrown.code)
}

function print(error: CordonError): void {
  const cross = styleText('red', '✗', { stream: process.stderr })
  process.stderr.write(`${cross} ${error.message} (${error.code})\n`)
  if (error instanceof CordonErrors) for (const one of error.all) process.stderr.write(`${indented(one)}\n`)
  if (error.hint !== undefined) process.stderr.write(`  hint: ${error.hint}\n`)
}

function indented(error: CordonError): string {
  const lines = [
    ...error.message.split('\n'),
    ...(error.hint === undefined || error instanceof ConfigFault ? [] : [`hint: ${error.hint}`]),
  ]
  return lines.map((line) => `  ${line}`).join('\n')
}

function factsOf(error: CordonError): object {
  const place = error instanceof ConfigFault ? { file: error.file, line: error.line, column: error.column } : {}
  const all = error instanceof CordonErrors ? { faults: error.all.map(factsOf) } : {}
  return { code: error.code, message: error.message, hint: error.hint, ...place, ...all }
}
