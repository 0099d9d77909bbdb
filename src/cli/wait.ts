import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { CordonError } from '../base/error.ts'
import { askHealth } from '../control/health.ts'
import { type Context, configIn, factual, type Placed, suffixOf } from './context.ts'
import { shownWord } from './word.ts'

export const waitCommand = (context: Context) =>
  factual(new Command('wait'))
    .description('Return once the proxy accepts, as in `cordon wait && codex`. Exit code 5 when it does not in time.')
    .option('-t, --timeout <seconds>', 'how long to wait', parseSeconds, 30)
    .action((options: Placed & { timeout: number }) => waitForProxy(context, options))

const everyMs = 50

/** Throws `proxy_stopped` when the time is up. */
export async function waitForProxy(context: Context, options: Placed & { timeout: number }): Promise<void> {
  const { config } = configIn(context, options)
  const deadline = performance.now() + options.timeout * 1000
  while ((await askHealth(config.listen)).kind !== 'cordon') {
    if (performance.now() >= deadline)
      throw new CordonError(
        'proxy_stopped',
        `cordon did not come up on 127.0.0.1:${config.listen} within ${options.timeout} s.`,
        { hint: `run \`cordon start${suffixOf(options)}\`` },
      )
    await sleep(everyMs)
  }
  if (options.json) context.terminal.answer(JSON.stringify({ running: true, port: config.listen }, null, 2))
}

function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (text.trim() !== '' && Number.isFinite(seconds) && seconds >= 0) return seconds
  throw new CordonError('usage', `"${shownWord(text)}" is no number of seconds.`, {
    hint: 'give one, such as `--timeout 30`',
  })
}
