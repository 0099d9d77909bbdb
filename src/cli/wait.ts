import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { CordonError } from '../base/error.ts'
import { askStatus } from '../control/ask.ts'
import type { Status } from '../control/status.ts'
import { type Context, configIn, factual, type Placed, scopeIn } from './context.ts'
import { whyStopped } from './status.ts'
import { shownWord } from './word.ts'

interface WaitOptions extends Placed {
  /** Seconds. */
  timeout: number
}

export const waitCommand = (context: Context) =>
  factual(new Command('wait'))
    .description('Return once the proxy accepts, as in `cordon wait && codex`. Exit code 5 when it does not in time.')
    .option('-t, --timeout <seconds>', 'how long to wait', parseSeconds, 30)
    .action((options: WaitOptions) => waitForProxy(context, options))

/** Throws `proxy_stopped` when the time is up; at once, what is wrong with the configuration of a proxy that does not run. */
export async function waitForProxy(context: Context, options: WaitOptions): Promise<void> {
  const { folder } = scopeIn(context, options)
  const { port } = (await askStatus(folder)) ?? (await comeUp(context, options))
  if (options.json) context.terminal.answer(JSON.stringify({ running: true, port }, null, 2))
}

const everyMs = 50

async function comeUp(context: Context, options: WaitOptions): Promise<Status> {
  const { scope, config } = configIn(context, options)
  const deadline = performance.now() + options.timeout * 1000
  for (;;) {
    const status = await askStatus(scope.folder)
    if (status) return status
    if (performance.now() >= deadline)
      throw await whyStopped(
        context,
        options,
        `cordon did not come up on 127.0.0.1:${config.listen} within ${options.timeout} s.`,
      )
    await sleep(everyMs)
  }
}

function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (text.trim() !== '' && Number.isFinite(seconds) && seconds >= 0) return seconds
  throw new CordonError('usage', `"${shownWord(text)}" is no number of seconds.`, {
    hint: 'give one, such as `--timeout 30`',
  })
}
