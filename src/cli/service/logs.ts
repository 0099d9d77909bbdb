import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Command } from 'commander'
import { CordonError } from '../../base/error.ts'
import { readableLine } from '../../base/log.ts'
import type { Context, Placed } from '../context.ts'
import { QuietExit } from '../exit.ts'
import { shownWord } from '../word.ts'
import { installedIn, ofService } from './which.ts'

interface LogOptions extends Placed {
  follow?: boolean
  lines: number
}

export const serviceLogs = (context: Context) =>
  ofService(new Command('logs'))
    .summary('print the last lines of its log')
    .option('-f, --follow', 'print those that come, until Ctrl+C')
    .option('-n, --lines <count>', 'how many of the last lines', parseCount, 50)
    .option('--json', 'the lines as they were written')
    .action((name: string | undefined, options: LogOptions) => logs(context, name, options))

/** Throws `service_missing`; where the program that has the log fails, its words are printed and its exit code is ours. */
async function logs({ env, ...context }: Context, name: string | undefined, options: LogOptions): Promise<void> {
  const { init, definition } = installedIn({ env, ...context }, name, options)
  const [program = '', ...words] = init.logs(definition, { lines: options.lines, follow: options.follow === true })
  const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  for await (const line of createInterface({ input: child.stdout }))
    process.stdout.write(options.json ? `${line}\n` : shown(line))
  const [code] = await ended
  if (code !== 0) throw new QuietExit(code ?? 1)
}

/** A line of our own as a person reads it on a terminal; any other as it is. */
function shown(line: string): string {
  try {
    return line.startsWith('{') ? readableLine(line) : `${line}\n`
  } catch (cause) {
    if (cause instanceof SyntaxError) return `${line}\n`
    throw cause
  }
}

function parseCount(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text)
  throw new CordonError('usage', `"${shownWord(text)}" is no number of lines.`, {
    hint: 'give one, such as `--lines 200`',
  })
}
