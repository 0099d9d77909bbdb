import { statSync } from 'node:fs'
import { delimiter, resolve } from 'node:path'
import { CordonError } from '../../base/error.ts'
import { isExecutable } from '../../base/file.ts'
import { shownWord } from '../word.ts'

/**
 * The file that a command means, looked for as a shell does: a name with a slash is a path, any other is in a folder of
 * PATH. Throws `command_missing` and `command_unfit`, for which shells have the exit codes 127 and 126.
 */
export function executableFor(command: string, { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv }): string {
  const candidates = candidatesFor(command, env).map((candidate) => resolve(cwd, candidate))
  const executable = candidates.find((path) => stateOf(path) === 'executable')
  if (executable !== undefined) return executable
  const unfit = candidates.find((path) => stateOf(path) !== 'absent')
  if (unfit === undefined)
    throw new CordonError('command_missing', `There is no command ${shownWord(command)}.`, {
      hint: command.includes('/') ? 'look at its path' : 'install it, or give its path',
    })
  if (stateOf(unfit) === 'folder')
    throw new CordonError('command_unfit', `${unfit} is a folder, and no command.`, { hint: 'give a file in it' })
  throw new CordonError('command_unfit', `${unfit} may not be executed.`, { hint: `run \`chmod +x ${unfit}\`` })
}

function candidatesFor(command: string, env: NodeJS.ProcessEnv): string[] {
  if (command === '') return []
  if (/[/\\]/.test(command)) return [command]
  const extensions = process.platform === 'win32' ? (env['PATHEXT'] ?? '.EXE;.CMD').split(';') : ['']
  const folders = (env['PATH'] ?? '').split(delimiter)
  // An empty entry of PATH is the current folder (POSIX, XBD 8.3).
  return folders.flatMap((folder) => extensions.map((extension) => `${folder || '.'}/${command}${extension}`))
}

function stateOf(path: string): 'executable' | 'file' | 'folder' | 'absent' {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return 'absent'
  if (stats.isDirectory()) return 'folder'
  return isExecutable(path) ? 'executable' : 'file'
}
