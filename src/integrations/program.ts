import { delimiter, join } from 'node:path'
import { isExecutable } from '../base/file.ts'

/** Whether a program of that name is on the PATH; Windows adds the endings of PATHEXT. */
export function isOnPath(program: string, env: NodeJS.ProcessEnv): boolean {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const endings = process.platform === 'win32' ? (env['PATHEXT'] ?? '.EXE;.CMD').split(';') : ['']
  return folders.some((folder) => endings.some((ending) => isExecutable(join(folder, program + ending))))
}
