import { Command } from 'commander'
import { CordonError } from '../base/error.ts'
import { askStop } from '../control/ask.ts'
import { type Context, factual, type Placed, scopeIn } from './context.ts'
import { counted, shownWord } from './word.ts'

interface StopOptions extends Placed {
  /** Milliseconds. */
  within: number
}

export const stopCommand = (context: Context) =>
  factual(new Command('stop'))
    .description(
      'End the proxy of this configuration: it accepts no more, what streams may come to its end, and what is left then is cut off.',
    )
    .option('--within <time>', 'how long streams may go on, such as 30s, 2m or 0s', parseTime, 30_000)
    .action((options: StopOptions) => stop(context, options))

/** Returns once the port is free. */
export async function stop(context: Context, options: StopOptions): Promise<void> {
  const { terminal } = context
  const { folder } = scopeIn(context, options)
  let waitedFor = 0
  let wasRunning = false
  let cut = 0
  for await (const news of askStop(folder, options.within)) {
    wasRunning = true
    if ('cut' in news) cut = news.cut
    else waitedFor = news.waitsFor
    if ('waitsFor' in news && waitedFor > 0 && options.within > 0)
      terminal.notice(`Waiting up to ${options.within / 1000} s for ${counted(waitedFor, 'open stream')}.`)
  }
  if (options.json) terminal.answer(JSON.stringify({ wasRunning, waitedFor, cut }, null, 2))
  else if (!wasRunning) terminal.done('cordon does not run: it is stopped already.')
  else terminal.done(`cordon has stopped${cut > 0 ? `, and ${counted(cut, 'open stream')} with it` : ''}.`)
}

const units = { ms: 1, s: 1000, m: 60_000 } as const

function parseTime(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? []
  if (unit === 'ms' || unit === 's' || unit === 'm') return Number(number) * units[unit]
  throw new CordonError('usage', `"${shownWord(text)}" is no time.`, { hint: 'give one, such as `--within 30s`' })
}
