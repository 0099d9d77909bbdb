import { readdirSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { lstatIfThere } from '../base/file.ts'
import { definitionOf } from './definition.ts'
import type { Definition, InitSystem } from './init-system.ts'
import { userLaunchd } from './launchd.ts'
import { machineSystemd, userSystemd } from './systemd.ts'
import { userTasks } from './windows.ts'

export interface InitSystems {
  /** Keeps programs of this user running. */
  user: InitSystem
  /** Keeps programs of the whole machine running; undefined where we cannot make a user for one. */
  machine: InitSystem | undefined
}

/** The init systems of a platform; one that is not there does not answer. */
export function initSystemsOn(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): InitSystems {
  if (platform === 'darwin') return { user: userLaunchd(env), machine: undefined }
  if (platform === 'win32') return { user: userTasks(env), machine: undefined }
  return { user: userSystemd(env), machine: machineSystemd(env) }
}

/** Every definition whose name begins so. */
export function definitionsOf(init: InitSystem, prefix: string): Definition[] {
  const example = init.pathOf(`${prefix}*`)
  const [head = '', tail = ''] = basename(example).split('*')
  if (!lstatIfThere(dirname(example))) return []
  return readdirSync(dirname(example))
    .filter((entry) => entry.startsWith(head) && entry.endsWith(tail))
    .sort()
    .flatMap((entry) => definitionOf(init, `${prefix}${entry.slice(head.length, -tail.length)}`) ?? [])
}
