/**
 * The command line: builds the commands, runs one, and is the only place that prints an error and decides the exit code.
 */

import { isAbsolute } from 'node:path'
import { styleText } from 'node:util'
import { Command, CommanderError } from 'commander'
import { build } from '../base/build.ts'
import { asCalled, called } from '../base/called.ts'
import { CordonError } from '../base/error.ts'
import { printable } from '../base/printable.ts'
import { toldOf } from '../control/told.ts'
import { commandGroups } from './commands.ts'
import type { Context, Placed } from './context.ts'
import { errorText } from './error-text.ts'
import { exitCodeOf, exitCodes, QuietExit } from './exit.ts'
import { withHintsFor } from './hints.ts'
import { openTerminal } from './terminal.ts'
import { usageError } from './usage.ts'
import { versionText } from './version.ts'

export async function main(argv: readonly string[]): Promise<number> {
  // SIGUSR1 makes Node open a debugger port that any user of the machine can read memory through, and a command may hold a
  // key while it asks for one; a listener of our own takes that meaning away.
  process.on('SIGUSR1', () => {})
  for (const stream of [process.stdout, process.stderr]) stream.on('error', unwritten)
  let options: Placed = {}
  try {
    refuseRelativeHome(process.env)
    const context: Context = { cwd: ownFolder(), env: process.env, terminal: openTerminal(), version: build.version }
    if (argv[0] === '__complete') return await complete(argv.slice(2), context)
    const program = await programOf(context, argv)
    program.hook('preAction', (_, command) => {
      options = command.opts()
    })
    await program.parseAsync(argv, { from: 'user' })
    return 0
  } catch (thrown) {
    return tell(thrown instanceof CordonError ? await inItsPlace(thrown, options) : thrown, isJson(argv))
  }
}

/** With such a home the same person would have other keys in each folder. Throws `home_unfit`. */
function refuseRelativeHome({ HOME }: NodeJS.ProcessEnv): void {
  if (HOME === undefined || isAbsolute(HOME)) return
  throw new CordonError('home_unfit', `HOME is "${HOME}", and that is no path from the root on.`, {
    hint: 'give it the whole path, as in `export HOME=/home/you`',
  })
}

/** The folder a command runs in. Throws `file_unreadable` where it was removed meanwhile. */
function ownFolder(): string {
  try {
    return process.cwd()
  } catch (cause) {
    throw new CordonError('file_unreadable', 'The folder of this shell is not there any more.', {
      hint: 'go to one that is, such as with `cd`',
      cause,
    })
  }
}

/** Where nobody reads on, as in `| head -n 1`, what is left of the work is done all the same. */
function unwritten(cause: NodeJS.ErrnoException): void {
  if (cause.code === 'EPIPE') return
  process.stderr.write(`✗ What is printed cannot be written: ${cause.message}. (file_unwritable)\n`)
  process.exit(1)
}

/** What a command stands in is loaded with it, and a complaint about the command line comes before. */
async function inItsPlace(error: CordonError, options: Placed): Promise<CordonError> {
  const isPlaced = options.config !== undefined || options.scope !== undefined
  return withHintsFor(isPlaced ? (await import('./context.ts')).suffixOf(options) : '', error)
}

/** The words behind `--` are those of another program. */
function isJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json')
}

/** The words that may come next, for the shells; see `completion/scripts.ts`. */
async function complete(words: readonly string[], context: Context): Promise<number> {
  const { candidatesFor } = await import('./completion/candidates.ts')
  const found = candidatesFor(await programOf(context, words), words, context)
  process.stdout.write(found.map(({ word, meaning }) => `${word}\t${meaning}\n`).join(''))
  return 0
}

/** The program with the command that was typed; of the others it has the names alone, for its page and its suggestions. */
async function programOf(context: Context, argv: readonly string[]): Promise<Command> {
  const program = new Command(called)
    .enablePositionalOptions()
    .usage('<command> [options]')
    .description(
      'A local credential boundary for coding agents: they hold a placeholder, cordon puts the real key in on the way.',
    )
    .version(versionText(isJson(argv)), '-V, --version', 'print the version and how it was built')
    .helpCommand(false)
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${usages.get(command.name()) ?? '[command]'}` })
    .addHelpText('after', helpEnd)
  for (const { heading, entries } of commandGroups) {
    program.commandsGroup(heading)
    for (const { name, summary, load } of entries) {
      // The name stands first, or behind `help`.
      const isTyped = argv.slice(0, 2).includes(name)
      program.addCommand((isTyped ? await load(context) : new Command(name)).summary(summary))
    }
  }
  for (const command of [program, ...descendantsOf(program)]) inOurManner(command)
  return program
}

const usages = new Map(commandGroups.flatMap(({ entries }) => entries.map(({ name, usage }) => [name, usage])))

function descendantsOf(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...descendantsOf(child)])
}

/** Complaints are thrown, for `tell` to print; pages are as wide as the terminal, and at most 100 columns. */
function inOurManner(command: Command): void {
  if (command.description() === '') command.description(sentenceOf(command.summary()))
  if (command.parent) command.helpCommand(false)
  if (command.parent && command.commands.length > 0) command.usage('<command> [options]')
  command
    .helpOption('-h, --help', 'print this page')
    .showSuggestionAfterError()
    .configureHelp({ ...command.configureHelp(), minWidthToWrap: 30 })
    .configureOutput({
      outputError: () => {},
      writeOut: (text) => void process.stdout.write(asCalled(text)),
      writeErr: (text) => void process.stderr.write(asCalled(text)),
      getOutHelpWidth: () => Math.min(process.stdout.columns ?? widest, widest),
      getErrHelpWidth: () => Math.min(process.stderr.columns ?? widest, widest),
    })
    .exitOverride((complaint) => {
      throw isPage(complaint) ? complaint : usageError(complaint, command)
    })
}

const widest = 100

const sentenceOf = (summary: string) => `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`

/** Help and version end a command in commander's way; nothing is wrong then but, perhaps, that no command was given. */
const isPage = ({ code }: CommanderError) => /^commander\.(help|helpDisplayed|version)$/.test(code)

const helpEnd = `
First steps:
  $ cordon setup codex          make what is missing, and wire Codex to it
  $ cordon secret set openai    put the real key into its store
  $ cordon start                run the proxy

cordon.toml is this folder's, the user's with --scope user, or --config PATH.

Exit codes:
${Object.entries(exitCodes)
  .map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`)
  .join('\n')}`

/** Prints what went wrong, in the words of the error, and answers with the exit code. */
function tell(thrown: unknown, asJson: boolean): number {
  // A page was printed; where it was not asked for, a command is missing.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2
  if (thrown instanceof QuietExit) return thrown.code
  if (thrown instanceof Error && thrown.name === 'ExitPromptError') return 1
  if (!(thrown instanceof CordonError)) {
    process.stderr.write(
      `${printable(String(thrown instanceof Error ? thrown.stack : thrown))}\nThis is a bug of cordon.\n`,
    )
    return 70
  }
  if (asJson) process.stdout.write(`${JSON.stringify({ error: toldOf(thrown) }, null, 2)}\n`)
  else process.stderr.write(`${styleText('red', '✗', { stream: process.stderr })} ${printable(errorText(thrown))}\n`)
  return exitCodeOf(thrown.code)
}
