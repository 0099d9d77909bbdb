import { readFileSync } from 'node:fs'

/** One process, and not another that was given its number later. */
export interface Process {
  pid: number
  /** When it was started, in ticks since the machine was; undefined where the system does not tell (all but Linux). */
  startTicks?: number
}

/** The process that has this number now. */
export function processOf(pid: number): Process {
  const { startTicks } = statOf(pid) ?? {}
  return startTicks === undefined ? { pid } : { pid, startTicks }
}

/** True while this very process lives; one that has ended and that nobody has asked about (a zombie) does not. */
export function isRunning({ pid, startTicks }: Process): boolean {
  if (!isAlive(pid)) return false
  if (process.platform !== 'linux') return true
  const stat = statOf(pid)
  // What had a start to be told of and has none now is gone, or is another user's that the system hides.
  if (stat === undefined) return startTicks === undefined
  return !stat.isZombie && (startTicks === undefined || stat.startTicks === startTicks)
}

/** True for a process that lives, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** proc_pid_stat(5): the third word is the state, the 22nd the start; the second is a name and may hold blanks. */
function statOf(pid: number): { isZombie: boolean; startTicks: number } | undefined {
  const [state, ...rest] = statText(pid).split(') ').at(-1)?.split(' ') ?? []
  if (rest.length === 0) return undefined
  return { isZombie: state === 'Z', startTicks: Number(rest[18]) }
}

function statText(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    // It has ended, in the middle of the read perhaps (ESRCH); or the system has no such files.
    return ''
  }
}
