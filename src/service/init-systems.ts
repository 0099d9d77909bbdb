import { lstatIfThere, readIfThere } from '../base/file.ts'
import type { Definition, InitSystem } from './init-system.ts'
import { machineSystemd, userSystemd } from './systemd.ts'

export interface InitSystems {
  /** Keeps programs of this user running. */
  user: InitSystem
  /** Keeps programs of the whole machine running; undefined where cordon knows none. */
  machine: InitSystem | undefined
}

/** The init systems of this platform. */
export function initSystemsOn(_platform: NodeJS.Platform, env: NodeJS.ProcessEnv): InitSystems {
  return { user: userSystemd(env), machine: machineSystemd(env) }
}

/** The definition of a service that is installed. */
export function definitionOf(init: InitSystem, id: string): Definition | undefined {
  const path = init.pathOf(id)
  const text = lstatIfThere(path) && readIfThere(path)
  return text === undefined ? undefined : { id, path, text }
}
