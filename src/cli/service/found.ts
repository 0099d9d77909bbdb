import { userInfo } from 'node:os'
import { lstatIfThere } from '../../base/file.ts'
import { readBack } from '../../base/json.ts'
import type { Scope } from '../../config/scope.ts'
import type { Definition, InitSystem } from '../../service/init-system.ts'
import { definitionsOf, type InitSystems, initSystemsOn } from '../../service/init-systems.ts'
import { type Context, passphraseCredential } from '../context.ts'
import { systemPlace, systemProgram } from './system-place.ts'
import { programFor } from './which.ts'

/** A service as it was found. */
export interface FoundService {
  name: string
  /** The user whose agents use it, where it has a user of its own. */
  for?: string
  /** Whether it would be installed otherwise now. */
  isStale: boolean
  state: 'running' | 'starting' | 'stopped' | 'failed'
}

/**
 * The services of this user that run the configuration of a scope, and those of the machine that are for this user or run that
 * configuration. What is found of the latter takes no root.
 */
export function servicesFound(
  context: Context,
  scope: Scope,
  { user, machine }: InitSystems = initSystemsOn(context.env),
): FoundService[] {
  const found = definitionsOf(user, prefix).flatMap((one) => userService(context, scope, user, one))
  return machine
    ? [...found, ...definitionsOf(machine, prefix).flatMap((one) => machineService(scope, machine, one))]
    : found
}

const prefix = 'cordon-'
const nameOf = ({ id }: Definition) => id.slice(prefix.length)

function userService(context: Context, scope: Scope, init: InitSystem, definition: Definition): FoundService[] {
  const { id, text } = definition
  const { config, passphraseFile, namespaces } = init.notesIn(text)
  if (config !== scope.configPath) return []
  const options = { id, init, ...(passphraseFile !== undefined && { passphraseFile }), namespaces: namespaces !== 'no' }
  const isStale = init.render(programFor(context, scope, options)) !== text
  return [{ name: nameOf(definition), isStale, state: init.state(id).state }]
}

/** Another cordon than this one may run in it, as long as that one is there. */
function machineService({ configPath }: Scope, init: InitSystem, definition: Definition): FoundService[] {
  const { id, text } = definition
  const { config, for: agentUser = '', command = '', [passphraseCredential]: passphraseFile } = init.notesIn(text)
  if (config !== configPath && agentUser !== userInfo().username) return []
  const credentials: Record<string, string> =
    passphraseFile === undefined ? {} : { [passphraseCredential]: passphraseFile }
  // An older cordon wrote none down.
  const words = readBack<string[]>(command)
  const program = systemProgram(systemPlace(id, undefined, words), agentUser, { credentials })
  const isStale = words === undefined || !words.every(lstatIfThere) || init.render(program) !== text
  return [{ name: nameOf(definition), for: agentUser, isStale, state: init.state(id).state }]
}
