import { Command } from 'commander'
import { askLog } from '../control/ask.ts'
import { type Context, type Placed, placed, scopeIn } from './context.ts'
import { type LogOptions, printLines, withLogOptions } from './log-lines.ts'
import { whyStopped } from './status.ts'

export const logsCommand = (context: Context) =>
  withLogOptions(placed(new Command('logs')))
    .description(
      'Print the last lines of the log of the running proxy, which keeps 2000 of them in memory. They hold no secret.',
    )
    .action((options: Placed & LogOptions) => logs(context, options))

/** Throws `proxy_stopped`, or what is in the way of a start. */
export async function logs(context: Context, options: Placed & LogOptions): Promise<void> {
  const { folder } = scopeIn(context, options)
  const lines = await askLog(folder, { lines: options.lines, follow: options.follow === true })
  if (!lines) throw await whyStopped(context, options, 'cordon does not run, and its log ended with it.')
  await printLines(lines, options)
}
