import { Command } from 'commander'
import { CordonError } from '../base/error.ts'
import { askHealth } from '../control/health.ts'
import { readState } from '../control/state.ts'
import { type Context, configIn, factual, type Placed, suffixOf } from './context.ts'
import { QuietExit } from './exit.ts'

export const statusCommand = (context: Context) =>
  factual(new Command('status'))
    .description('Tell whether the proxy of this configuration runs. Exit code 0 when it does, 5 when not.')
    .option('-q, --quiet', 'print nothing, answer with the exit code')
    .action((options: Placed & { quiet?: boolean }) => status(context, options))

/** Throws `proxy_stopped` when nobody answers and `port_foreign` when somebody else does. */
export async function status(context: Context, options: Placed & { quiet?: boolean }): Promise<void> {
  const { scope, config } = configIn(context, options)
  const health = await askHealth(config.listen)
  const state = readState(scope.folder)
  const isRunning = health.kind === 'cordon'
  if (isRunning && !options.quiet) {
    const facts = {
      running: true,
      port: config.listen,
      version: health.version,
      pid: state?.pid,
      startedAt: state?.startedAt,
      routes: config.routes.map(({ name }) => name),
    }
    const since = state ? ` (process ${state.pid}, since ${state.startedAt})` : ''
    context.terminal.answer(
      options.json
        ? JSON.stringify(facts, null, 2)
        : `cordon ${health.version} listens on 127.0.0.1:${config.listen}${since}, routes: ${facts.routes.join(', ') || 'none'}.`,
    )
  }
  if (isRunning) return
  if (options.quiet) throw new QuietExit(5)
  if (health.kind === 'somebody') throw foreignPort(config.listen, options)
  throw new CordonError('proxy_stopped', `cordon does not run: nobody listens on 127.0.0.1:${config.listen}.`, {
    hint: `run \`cordon start${suffixOf(options)}\``,
  })
}

/** The port of this configuration is somebody else's. */
export function foreignPort(port: number, options: Placed): CordonError {
  return new CordonError('port_foreign', `Something that is not cordon listens on 127.0.0.1:${port}.`, {
    hint: `see whose it is with \`cordon doctor${suffixOf(options)}\``,
  })
}
