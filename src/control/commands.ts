/**
 * The commands that a proxy was started for: each leaves a file in its scope's folder, named by its process, and the proxy
 * stays while one of those processes lives. Joining and ending exclude each other, so that nobody joins a proxy that is
 * about to close its port.
 */
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lstatIfThere, makeFolder, privateFile, privateFolder } from '../base/file.ts'
import { underLock } from '../base/lock.ts'
import { isAlive } from '../base/process.ts'

const folderOf = (folder: string) => join(folder, 'commands')

/** Makes the proxy of this scope stay for a process, should it be one that goes. Throws `file_locked`, `file_unwritable`. */
export function joinCommands(folder: string, pid: number): void {
  underLock(folderOf(folder), () => {
    makeFolder(folderOf(folder), privateFolder)
    writeFileSync(join(folderOf(folder), String(pid)), '', { mode: privateFile })
  })
}

/** True while one of the commands that a proxy may have been started for lives. */
export const areCommandsLeft = (folder: string): boolean => living(folder).length > 0

const everyMs = 500

/** Resolves when no command is left, after `end` has closed the port. */
export function noCommandLeft(folder: string, end: () => void): Promise<void> {
  return new Promise((done) => {
    const timer = setInterval(() => {
      if (areCommandsLeft(folder)) return
      underLock(folderOf(folder), () => {
        if (areCommandsLeft(folder)) return
        clearInterval(timer)
        end()
        done()
      })
    }, everyMs).unref()
  })
}

/** The processes that joined and live; what the others left is cleared away. */
function living(folder: string): number[] {
  const joined = lstatIfThere(folderOf(folder)) ? readdirSync(folderOf(folder)).map(Number) : []
  const [alive, ended] = [joined.filter(isAlive), joined.filter((pid) => !isAlive(pid))]
  for (const pid of ended) rmSync(join(folderOf(folder), String(pid)), { force: true })
  return alive
}
