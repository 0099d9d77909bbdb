/** Another proxy of the same configuration, which a start may meet. */
import { CordonError } from '../../base/error.ts'
import type { Config } from '../../config/config.ts'
import type { Scope } from '../../config/scope.ts'
import { askStatus, askStop } from '../../control/ask.ts'
import { areCommandsLeft } from '../../control/commands.ts'
import { graceMs } from './ending.ts'

/**
 * Returns once one that is about to end has ended: one that was told to, or that `cordon run` started for commands of which
 * none is left. Until then it has the port or the control socket, and would be taken for one that stays.
 */
export async function outlast({ folder }: Scope): Promise<void> {
  const lasts = (await askStatus(folder))?.lasts
  const isEnding = lasts === 'ending' || (lasts === 'while commands run' && !areCommandsLeft(folder))
  // What was cut off is told where it ends.
  if (isEnding) for await (const _ of askStop(folder, graceMs));
}

/** A busy port is our own second start most of the time, and then that is what to say. */
export async function whoHasThePort(cause: unknown, scope: Scope, config: Config, suffix: string): Promise<never> {
  if (!(cause instanceof CordonError) || cause.code !== 'port_taken') throw cause
  const running = await askStatus(scope.folder)
  if (running?.port !== config.listen)
    throw new CordonError(cause.code, cause.message, { hint: `see whose it is with \`cordon doctor${suffix}\``, cause })
  const already = `cordon already listens on 127.0.0.1:${config.listen} for this configuration (process ${running.pid})`
  const stop = `\`cordon stop${suffix}\``
  if (running.lasts === 'while commands run')
    throw new CordonError('proxy_running', `${already}, as long as a command of \`cordon run\` lives.`, {
      hint: `start again when that has ended, or end this one with ${stop}`,
    })
  throw new CordonError('proxy_running', `${already}.`, { hint: `nothing has to be done; ${stop} ends it` })
}
