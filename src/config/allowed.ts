/**
 * What a person has allowed the `cordon.toml` of a project to do. That file lies among the project's own: a clone brings one
 * along, and an agent that may write nothing else may write there. The record lies in the folder of the scope, apart from it:
 *
 *     no record ──first start, or a set-up that told what it found──► record ──`cordon allow`, or a command that edits──► record
 *
 * The user's own file lies beside such records, and needs none.
 */
import { join } from 'node:path'
import { CordonError } from '../base/error.ts'
import { privateFile, readIfThere, writeWhole } from '../base/file.ts'
import { readBack } from '../base/json.ts'
import { underLock } from '../base/lock.ts'
import type { Config } from './config.ts'
import { type Deed, deedsOf, deedText, isWithin } from './deeds.ts'
import { shownPath } from './fault.ts'
import { parseConfig } from './load.ts'
import { saveConfig } from './save.ts'
import type { Scope } from './scope.ts'

const recordOf = ({ folder }: Scope) => join(folder, 'allowed')

/** One deed a line, in JSON; undefined where nothing was recorded yet. */
function readAllowed(scope: Scope): Deed[] | undefined {
  return readIfThere(recordOf(scope))?.split('\n').flatMap(deedIn)
}

/** A line that cannot be read allows nothing. */
function deedIn(line: string): Deed[] {
  const deed = readBack<Deed | null>(line)
  return typeof deed?.does === 'string' ? [deed] : []
}

/**
 * Undefined for a record that stays as it is. One at a time, and with the file that it is about: a command that came between
 * the two would find there what nobody has allowed.
 */
function changeRecord(scope: Scope, change: (allowed: Deed[] | undefined) => Deed[] | undefined): void {
  const path = recordOf(scope)
  underLock(path, () => {
    const deeds = change(readAllowed(scope))
    if (deeds === undefined) return
    const lines = new Set(deeds.map((deed) => JSON.stringify(deed)))
    writeWhole(path, [...lines, ''].join('\n'), privateFile)
  })
}

const isAllowed = (deed: Deed, allowed: readonly Deed[]) => allowed.some((one) => isWithin(deed, one))

/**
 * What a configuration does beyond what somebody has allowed, each the end of a sentence that names it; all that it does where
 * nothing was recorded yet. Who allowed a route has allowed one for fewer requests.
 */
export function unallowedIn(scope: Scope, config: Config): string[] {
  if (scope.kind === 'user') return []
  const allowed = readAllowed(scope) ?? []
  return deedsOf(config)
    .filter((deed) => !isAllowed(deed, allowed))
    .map(deedText)
}

/** Whether something was recorded, so that a first start allows nothing any more. */
export const isRecorded = (scope: Scope): boolean => scope.kind === 'user' || readAllowed(scope) !== undefined

/** Records all that a configuration does. Throws `file_unwritable`. */
export function allow(scope: Scope, config: Config): void {
  if (scope.kind === 'user') return
  changeRecord(scope, (allowed = []) => [...allowed, ...deedsOf(config)])
}

/** A first use allows what is there. Throws as `refuseUnallowed`. */
export function expectAllowed(scope: Scope, config: Config, suffix: string): void {
  if (isRecorded(scope)) refuseUnallowed(scope, config, suffix)
  else allow(scope, config)
}

/** Throws `config_unallowed` for what nobody has allowed. */
export function refuseUnallowed(scope: Scope, config: Config, suffix: string): void {
  const deeds = unallowedIn(scope, config)
  if (deeds.length === 0) return
  throw new CordonError('config_unallowed', `${shownPath(config.path)} ${deeds.join('; ')}. Nobody has allowed that.`, {
    hint: `if that is meant, run \`cordon allow${suffix}\``,
  })
}

/**
 * Writes the configuration as `saveConfig`, for a person who typed a command that changes it: where all was allowed before,
 * all is afterwards, and what the command took away is not.
 */
export function changeConfig(scope: Scope, before: string | undefined, after: string): void {
  const { configPath } = scope
  if (scope.kind === 'user') return saveConfig(configPath, before, after)
  const deedsIn = (text: string) => deedsOf(parseConfig(text, configPath))
  const did = before === undefined ? [] : deedsIn(before)
  changeRecord(scope, (allowed) => {
    saveConfig(configPath, before, after)
    if (allowed === undefined || !did.every((deed) => isAllowed(deed, allowed))) return undefined
    return [...allowed.filter((one) => !did.some((deed) => isWithin(deed, one))), ...deedsIn(after)]
  })
}
