import { Command } from 'commander'
import { CordonError } from '../base/error.ts'
import { askLog } from '../control/ask.ts'
import { type Context, type Placed, placed, scopeIn, suffixOf } from './context.ts'
import { type LogOptions, printLines, withLogOptions } from './log-lines.ts'

export const logsCommand = (context: Context) =>
  withLogOptions(placed(new Command('logs')))
    .description(
      'Print the last lines of the log of the running proxy, which keeps 2000 of them in memory. They hold no secret.',
    )
    .action((options: Placed & LogOptions) => logs(context, options))

/** Throws `proxy_stopped`. */
export async function logs(context: Context, options: Placed & LogOptions): Promise<void> {
  const { folder } = scopeIn(context, options)
  const lines = await askLog(folder, { lines: options.lines, follow: options.follow === true })
  if (!lines)
    throw new CordonError('proxy_stopped', 'cordon does not run, and its log ended with it.', {
      hint: `run \`cordon start${suffixOf(options)}\``,
    })
  await printLines(lines, options)
}
