import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { privateFile, readIfThere, writeWhole } from '../base/file.ts'

/** What a running proxy leaves in its scope's folder, so that other commands find it. Holds no secret and no token. */
export interface RunState {
  pid: number
  port: number
  startedAt: string
  version: string
  configPath: string
}

const stateFile = (folder: string) => join(folder, 'run.json')

export function writeState(folder: string, state: RunState): void {
  writeWhole(stateFile(folder), `${JSON.stringify(state)}\n`, privateFile)
}

/** The state of a process that lives; a file that a killed proxy left behind is no state. */
export function readState(folder: string): RunState | undefined {
  const text = readIfThere(stateFile(folder))
  if (text === undefined) return undefined
  try {
    const state = JSON.parse(text) as RunState
    return isAlive(state.pid) ? state : undefined
  } catch {
    return undefined
  }
}

/** Removes the file, if it is still that process's own. */
export function removeState(folder: string, pid: number): void {
  if (readState(folder)?.pid === pid) rmSync(stateFile(folder), { force: true })
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
