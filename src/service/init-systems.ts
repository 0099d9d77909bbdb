import { readdirSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { lstatIfThere, readIfThere } from '../base/file.ts'
import type { Definition, InitSystem } from './init-system.ts'
import { machineSystemd, userSystemd } from './systemd.ts'

export interface InitSystems {
  /** Keeps programs of this user running. */
  user: InitSystem
  /** Keeps programs of the whole machine running. */
  machine: InitSystem
}

/** The init systems that cordon knows: systemd, and where there is none it does not answer. */
export function initSystemsOn(env: NodeJS.ProcessEnv): InitSystems {
  return { user: userSystemd(env), machine: machineSystemd(env) }
}

/** The definition of a service that is installed. */
export function definitionOf(init: InitSystem, id: string): Definition | undefined {
  const path = init.pathOf(id)
  const text = lstatIfThere(path) && readIfThere(path)
  return text === undefined ? undefined : { id, path, text }
}

/** Every definition whose name begins so. */
export function definitionsOf(init: InitSystem, prefix: string): Definition[] {
  const example = init.pathOf(prefix)
  const ending = basename(example).slice(prefix.length)
  if (!lstatIfThere(dirname(example))) return []
  return readdirSync(dirname(example))
    .filter((entry) => entry.startsWith(prefix) && entry.endsWith(ending))
    .sort()
    .flatMap((entry) => definitionOf(init, entry.slice(0, -ending.length)) ?? [])
}
