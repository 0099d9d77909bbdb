import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { CordonError } from '../base/error.ts'
import { homeOf } from '../base/paths.ts'
import type { Step } from './store.ts'

/** The machine whose stores are meant. */
export interface Machine {
  platform: NodeJS.Platform
  /** The folder that stands for `/`. */
  root: string
  home: string
  env: NodeJS.ProcessEnv
  isRoot: boolean
}

export function thisMachine(env: NodeJS.ProcessEnv): Machine {
  return { platform: process.platform, root: '/', home: homeOf(env), env, isRoot: process.getuid?.() === 0 }
}

/** The program as it can be called, or undefined when there is none. Debian keeps `sbin` out of a person's PATH. */
export function programOn({ env, root, platform }: Machine, name: string): string | undefined {
  const isThere = (folder: string) => isExecutable(join(folder, platform === 'win32' ? `${name}.exe` : name))
  if ((env['PATH'] ?? '').split(delimiter).filter(isAbsolute).some(isThere)) return name
  const folder = ['usr/sbin', 'sbin'].map((one) => join(root, one)).find(isThere)
  return folder === undefined ? undefined : join(folder, name)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The words of a step as they are typed here: through sudo where it takes root. */
export function wordsOf({ words, asRoot }: Step, { isRoot, platform }: Machine): readonly string[] {
  return asRoot && !isRoot && platform !== 'win32' ? ['sudo', '--', ...words] : words
}

/** Asks a program, whose stdout is the answer; undefined when it ends with another code than 0. */
export function ask(words: readonly string[], { env }: Machine): string | undefined {
  const [program = '', ...rest] = words
  const { status, stdout } = spawnSync(program, rest, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return status === 0 ? stdout : undefined
}

/** Carries out a step. sudo asks on the terminal itself. Throws `sudo_missing` and `root_store_failed`. */
export function carryOut(step: Step, machine: Machine): void {
  const [program = '', ...rest] = wordsOf(step, machine)
  const command = step.words.join(' ')
  if (program === 'sudo' && programOn(machine, 'sudo') === undefined)
    throw new CordonError('sudo_missing', `\`${command}\` takes root, and there is no sudo.`, {
      hint: 'see what takes root with `--dry-run`, and run those commands as root',
    })
  const { status, stderr, error } = spawnSync(program, rest, {
    env: machine.env,
    encoding: 'utf8',
    stdio: ['inherit', 'pipe', 'pipe'],
  })
  if (status === 0) return
  const said = error?.message ?? stderr.trim().split('\n').at(-1) ?? ''
  throw new CordonError(
    'root_store_failed',
    `\`${command}\` ${status === null ? 'did not run' : `ended with ${status}`}${said === '' ? '' : `: ${said}`}`,
    { hint: 'mend that, then run the command again; what is done already stays' },
  )
}
