import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Command } from 'commander'
import { followLines, lastLines } from '../../base/log-file.ts'
import type { Context } from '../context.ts'
import { QuietExit } from '../exit.ts'
import { type LogOptions, printLines, withLogOptions } from '../log-lines.ts'
import { installedIn, ofService, type ServiceOptions } from './which.ts'

export const serviceLogs = (context: Context) =>
  withLogOptions(ofService(new Command('logs')).summary('print the last lines of its log')).action(
    (name: string | undefined, options: ServiceOptions & LogOptions) => logs(context, name, options),
  )

/** Throws `service_missing`; where the program that has the log fails, its words are printed and its exit code is ours. */
async function logs(
  { env, ...context }: Context,
  name: string | undefined,
  options: ServiceOptions & LogOptions,
): Promise<void> {
  const { init, definition } = installedIn({ env, ...context }, name, options)
  const { lines, follow = false } = options
  const place = init.logs(definition, { lines, follow })
  if (place.kind === 'command') return printCommand(place.words, env, options)
  await printLines(follow ? followLines(place.path, lines) : lastLines(place.path, lines), options)
}

async function printCommand(
  [program = '', ...words]: readonly string[],
  env: NodeJS.ProcessEnv,
  options: LogOptions,
): Promise<void> {
  const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  await printLines(createInterface({ input: child.stdout }), options)
  const [code] = await ended
  if (code !== 0) throw new QuietExit(code ?? 1)
}
