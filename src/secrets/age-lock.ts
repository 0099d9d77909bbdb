import { lock } from 'proper-lockfile'
import { CordonError, sentenceOf, systemCodeOf } from '../base/error.ts'

/** A lock that a killed process left is taken over after this long; a living one renews its lock in half the time. */
const staleMs = 5_000

// 25 ms, a little longer each time, 100 ms at most: 8 s in all, so that a lock left behind is waited out.
const retries = { retries: 90, factor: 1.1, minTimeout: 25, maxTimeout: 100 }

/**
 * Runs `change` while no other cordon changes the file, in this process or another. `change` calls what it is handed
 * right before it writes; that throws when the lock was lost meanwhile, as after a sleep. Throws `store_busy`.
 */
export async function underLock<T>(path: string, change: (expectHeld: () => void) => Promise<T>): Promise<T> {
  let lost: Error | undefined
  const onCompromised = (cause: Error) => {
    lost = cause
  }
  const release = await lock(path, { realpath: false, stale: staleMs, retries, onCompromised }).catch((cause) => {
    throw notLocked(path, cause)
  })
  const expectHeld = () => {
    if (lost) throw busy(path, lost)
  }
  try {
    return await change(expectHeld)
  } finally {
    if (!lost) await release()
  }
}

function notLocked(path: string, cause: unknown): CordonError {
  if (systemCodeOf(cause) === 'ELOCKED') return busy(path, cause)
  return new CordonError('store_unwritable', `${path} cannot be locked: ${sentenceOf(cause)}.`, {
    hint: 'make room or mend the permissions of its folder, then run the command again',
    cause,
  })
}

function busy(path: string, cause: unknown): CordonError {
  return new CordonError('store_busy', `Another cordon is changing ${path}; nothing was changed here.`, {
    hint: 'run the command again',
    cause,
  })
}
