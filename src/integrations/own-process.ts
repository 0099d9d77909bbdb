import { basename } from 'node:path'

/**
 * Agents whose work is done by a background process, which has the environment of the day it was started, each with the
 * option that keeps the work in the process that is started now.
 */
const options: Readonly<Record<string, string>> = { codex: '--no-daemon' }

/** The words of a command, with the option in front where it is such an agent. */
export function withOwnProcess(command: string, words: readonly string[]): string[] {
  const name = basename(command)
  const option = Object.hasOwn(options, name) ? options[name] : undefined
  return option === undefined || words.includes(option) ? [...words] : [option, ...words]
}
