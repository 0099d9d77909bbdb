/** Lines of the log on the screen: for `cordon logs` and `cordon service logs`. */
import type { Command } from 'commander'
import { CordonError } from '../base/error.ts'
import { readableLine } from '../base/log.ts'
import { printable } from '../base/printable.ts'
import { shownWord } from './word.ts'

export interface LogOptions {
  follow?: boolean
  lines: number
  json?: boolean
}

export function withLogOptions(command: Command): Command {
  return command
    .option('-f, --follow', 'print those that come, until Ctrl+C')
    .option('-n, --lines <count>', 'how many of the last lines', parseCount, 50)
    .option('--json', 'the lines as they were written')
}

/** Prints the lines as they come, until there are no more or nobody reads them. */
export async function printLines(
  lines: AsyncIterable<string> | readonly string[],
  { json }: LogOptions,
): Promise<void> {
  let isRead = true
  process.stdout.on('error', () => {
    isRead = false
  })
  for await (const line of lines) {
    process.stdout.write(json ? `${line}\n` : shown(line))
    if (!isRead) return
  }
}

/** A line of our own as a person reads it on a terminal; any other as it is. */
function shown(line: string): string {
  try {
    return line.startsWith('{') ? readableLine(line) : `${printable(line)}\n`
  } catch (cause) {
    if (cause instanceof SyntaxError) return `${printable(line)}\n`
    throw cause
  }
}

function parseCount(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text)
  throw new CordonError('usage', `"${shownWord(text)}" is no number of lines.`, {
    hint: 'give one, such as `--lines 200`',
  })
}
