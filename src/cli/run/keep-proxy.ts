import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CordonError } from '../../base/error.ts'
import { makePrivateFolder, privateFile, readIfThere } from '../../base/file.ts'
import { ownCommand } from '../../base/self.ts'
import type { Config } from '../../config/config.ts'
import { likelyKeys } from '../../config/likely-keys.ts'
import type { Scope } from '../../config/scope.ts'
import { joinCommands } from '../../control/commands.ts'
import { askHealth } from '../../control/health.ts'
import { type Context, type Placed, suffixOf } from '../context.ts'
import { QuietExit } from '../exit.ts'
import { foreignPort } from '../status.ts'

/**
 * Makes sure that the proxy of this configuration answers, for as long as this process lives: the one that runs, or one
 * that is started for it and ends with the last such process. Throws `port_foreign`, `proxy_stopped`; where the proxy
 * cannot start, its own words are printed, and the exit code is its own.
 */
export async function keepProxy(context: Context, options: Placed, scope: Scope, config: Config): Promise<void> {
  joinCommands(scope.folder, process.pid)
  const { kind } = await askHealth(config.listen)
  if (kind === 'somebody') throw foreignPort(config.listen, kind, options)
  if (kind === 'nobody') await startProxy(context, options, scope, config)
}

const patienceMs = 30_000
const everyMs = 20

/** A session of its own keeps Ctrl+C and the end of the terminal away from it; what it logs must not be on the screen. */
async function startProxy(context: Context, options: Placed, scope: Scope, config: Config): Promise<void> {
  makePrivateFolder(scope.folder)
  const logPath = join(scope.folder, 'run.log')
  const log = openSync(logPath, 'w', privateFile)
  const [program, ...words] = ownCommand()
  const child = spawn(program, [...words, 'start', '--while-commands-run', ...placeWords(options)], {
    cwd: context.cwd,
    env: withoutKeys(context.env),
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const ended = once(child, 'exit')
  let code: number | undefined
  ended.then(([status]) => {
    code = status ?? 1
  })
  const deadline = performance.now() + patienceMs
  while ((await askHealth(config.listen)).kind !== 'cordon') {
    if (code !== undefined) {
      process.stderr.write(readIfThere(logPath) ?? '')
      throw new QuietExit(code)
    }
    if (performance.now() > deadline)
      throw new CordonError('proxy_stopped', `cordon did not come up on 127.0.0.1:${config.listen} within 30 s.`, {
        hint: `run \`cordon start${suffixOf(options)}\` and see what it says`,
      })
    await sleep(everyMs)
  }
  child.unref()
  context.terminal.notice(`cordon runs as long as this command does, and logs to ${logPath}.`)
}

/**
 * Whoever runs as this person may read the environment of the proxy (proc_pid_environ(5)), the command among them, so the keys
 * of the shell do not come along. The proxy before cordon may have its password there, and is needed.
 */
function withoutKeys(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const given = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value ?? '']))
  const keys = likelyKeys(given).filter((name) => !/_proxy$/i.test(name))
  return Object.fromEntries(Object.entries(env).filter(([name]) => !keys.includes(name)))
}

function placeWords({ config, scope }: Placed): string[] {
  if (config !== undefined) return ['--config', config]
  return scope === undefined ? [] : ['--scope', scope]
}
