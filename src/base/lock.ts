/**
 * One cordon at a time where a file is read, changed and written back, however many terminals there are.
 */
import { dirname } from 'node:path'
import { lockSync } from 'proper-lockfile'
import { holdUp } from './clock.ts'
import { CordonError, sentenceOf, systemCodeOf } from './error.ts'
import { makeFolder, privateFolder } from './file.ts'

const patienceMs = 5_000
const pauseMs = 20

/**
 * Runs `change` while this process alone holds the lock of `path`, which need not exist yet. The lock is the folder
 * `<path>.lock`; one that a killed process left is taken over after 10 s. Blocks the process for up to 5 s, so it is for
 * commands and never for the way of a request. Throws `file_locked`, `file_unwritable`.
 */
export function underLock<T>(path: string, change: () => T): T {
  const release = take(path)
  try {
    return change()
  } finally {
    release()
  }
}

function take(path: string): () => void {
  const deadline = Date.now() + patienceMs
  for (;;) {
    try {
      makeFolder(dirname(path), privateFolder)
      return lockSync(path, { realpath: false })
    } catch (cause) {
      if (systemCodeOf(cause) !== 'ELOCKED') throw unwritable(path, cause)
      if (Date.now() > deadline) throw locked(path, cause)
    }
    holdUp(pauseMs)
  }
}

function unwritable(path: string, cause: unknown): CordonError {
  const hint = `look at it with \`ls -ld ${dirname(path)}\``
  return new CordonError('file_unwritable', `${path} cannot be locked: ${sentenceOf(cause)}.`, { hint, cause })
}

function locked(path: string, cause: unknown): CordonError {
  const hint = `run the command again; if no other cordon runs, remove ${path}.lock`
  return new CordonError('file_locked', `Another cordon is changing ${path}.`, { hint, cause })
}
