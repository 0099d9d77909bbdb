import { Command } from 'commander'
import { CordonError } from '../base/error.ts'
import { askReload } from '../control/ask.ts'
import { type Context, factual, type Placed, scopeIn } from './context.ts'
import { whyStopped } from './status.ts'

export const reloadCommand = (context: Context) =>
  factual(new Command('reload'))
    .description(
      'Let the running proxy read cordon.toml and the CA again, and tell what is wrong with them. It does so by itself when a file changes.',
    )
    .action((options: Placed) => reload(context, options))

/** Throws `proxy_stopped`, and whatever keeps the proxy from going by the files as they are. */
export async function reload(context: Context, options: Placed): Promise<void> {
  const { terminal } = context
  const { configPath, folder } = scopeIn(context, options)
  const renewed = await askReload(folder).catch((fault: unknown) => {
    if (fault instanceof CordonError) terminal.notice('The running cordon goes on as before.')
    throw fault
  })
  if (!renewed) throw await whyStopped(context, options, 'cordon does not run, so there is nothing to reload.')
  if (options.json) return terminal.answer(JSON.stringify(renewed, null, 2))
  terminal.done(`cordon goes by ${configPath} as it is.`)
  for (const sentence of renewed.pending) terminal.notice(sentence)
}
