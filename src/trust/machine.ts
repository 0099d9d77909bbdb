import { delimiter, isAbsolute, join } from 'node:path'
import { work } from '../base/command.ts'
import { CordonError } from '../base/error.ts'
import { isExecutable } from '../base/file.ts'
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

/** The words of a step as they are typed here: through sudo where it takes root. */
export function wordsOf({ words, asRoot }: Step, { isRoot, platform }: Machine): readonly string[] {
  return asRoot && !isRoot && platform !== 'win32' ? ['sudo', '--', ...words] : words
}

/** Carries out a step. sudo asks on the terminal itself. Throws `sudo_missing` and `root_store_failed`. */
export function carryOut(step: Step, machine: Machine): void {
  const words = wordsOf(step, machine)
  const command = step.words.join(' ')
  if (words[0] === 'sudo' && programOn(machine, 'sudo') === undefined)
    throw new CordonError('sudo_missing', `\`${command}\` takes root, and there is no sudo.`, {
      hint: 'see what takes root with `--dry-run`, and run those commands as root',
    })
  const outcome = work(words, machine)
  if (outcome.done) return
  throw new CordonError('root_store_failed', `The command \`${command}\` ${outcome.why}.`, {
    hint: 'mend that, then run the command again; what is done already stays',
  })
}
