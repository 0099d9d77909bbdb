/**
 * The interactive Codex leaves a daemon behind that makes the model calls, with the environment it was started with: a
 * new `.env` changes nothing until that daemon is stopped. It has one pid file a home, `app-server-daemon/daemon.pid`.
 */
import { execFile } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { promisify } from 'node:util'
import { CordonError, sentenceOf, systemCodeOf } from '../base/error.ts'
import { readIfThere } from '../base/file.ts'
import { isRunning, type Process } from '../base/process.ts'
import type { AgentDaemon } from './integration.ts'

/** The variables that Codex takes from `.env`: it drops those of its own prefix, in any letter case. */
export function loadable(variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !/^codex_/i.test(name)))
}

/** Whether a daemon runs in this home, and whether it lives in the world of `variables`. */
export function staleDaemon(codexHome: string, variables: Readonly<Record<string, string>>): AgentDaemon {
  const pid = runningDaemon(codexHome)
  if (pid === undefined) return { state: 'none' }
  const environment = environmentOf(pid)
  const isCurrent = environment
    ? Object.entries(variables).every(([name, value]) => environment.get(name) === value)
    : isOlder(join(codexHome, '.env'), pidFileOf(codexHome))
  return { state: isCurrent ? 'current' : 'stale', pid }
}

/** Whether a daemon runs with a variable that names a file in this folder; where its environment cannot be seen, it may. */
export function daemonHolds(codexHome: string, folder: string): boolean {
  const pid = runningDaemon(codexHome)
  if (pid === undefined) return false
  const environment = environmentOf(pid)
  return environment === undefined || [...environment.values()].some((value) => value.startsWith(join(folder, sep)))
}

/** Stops the daemon of this home, as Codex itself does it. True when there was one. Throws `daemon_not_stopped`. */
export async function stopDaemon(codexHome: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  // The command makes folders in the home even where it finds nothing to stop.
  if (runningDaemon(codexHome) === undefined) return false
  try {
    const options = { env: { ...env, CODEX_HOME: codexHome }, timeout: 20_000 }
    const { stdout } = await promisify(execFile)('codex', ['app-server', 'daemon', 'stop'], options)
    return (JSON.parse(stdout) as { status?: string }).status === 'stopped'
  } catch (cause) {
    const why =
      systemCodeOf(cause) === 'ENOENT' ? 'there is no `codex` on the PATH' : sentenceOf(cause).split('\n', 1)[0]
    throw new CordonError('daemon_not_stopped', `Codex's background daemon was not stopped: ${why}.`, {
      hint: `CODEX_HOME='${codexHome}' codex app-server daemon stop`,
      cause,
    })
  }
}

const pidFileOf = (codexHome: string) => join(codexHome, 'app-server-daemon', 'daemon.pid')

function runningDaemon(codexHome: string): number | undefined {
  const text = readIfThere(pidFileOf(codexHome))
  const found = text === undefined ? undefined : parsePidFile(text)
  return found !== undefined && isRunning(found) ? found.pid : undefined
}

/** `{"pid":N,"processStartTime":"...","processIdentity":{"bootId":"...","startTicks":N},...}`; half written is none. */
function parsePidFile(text: string): Process | undefined {
  try {
    const { pid, processIdentity } = JSON.parse(text) as { pid?: unknown; processIdentity?: { startTicks?: unknown } }
    const ticks = processIdentity?.startTicks
    return typeof pid === 'number' && pid > 0
      ? { pid, ...(typeof ticks === 'number' && { startTicks: ticks }) }
      : undefined
  } catch {
    return undefined
  }
}

/** The environment a process was started with, where the system shows it (Linux, to the same user). */
function environmentOf(pid: number): Map<string, string> | undefined {
  try {
    const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
    return new Map(entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]))
  } catch {
    return undefined
  }
}

function isOlder(path: string, than: string): boolean {
  const one = statSync(path, { throwIfNoEntry: false })
  const other = statSync(than, { throwIfNoEntry: false })
  return one !== undefined && other !== undefined && one.mtimeMs <= other.mtimeMs
}
