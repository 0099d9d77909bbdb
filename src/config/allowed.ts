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
import { deedsOf } from './deeds.ts'
import { shownPath } from './fault.ts'
import { type Config, parseConfig } from './load.ts'
import { saveConfig } from './save.ts'
import type { Scope } from './scope.ts'

const recordOf = ({ folder }: Scope) => join(folder, 'allowed')

/** One sentence a line; undefined where nothing was recorded yet. */
function readAllowed(scope: Scope): ReadonlySet<string> | undefined {
  const text = readIfThere(recordOf(scope))
  return text === undefined ? undefined : new Set(text.split('\n').filter((line) => line !== ''))
}

/** What a configuration does and nobody has allowed; all that it does where nothing was recorded yet. */
export function unallowedIn(scope: Scope, config: Config): string[] {
  if (scope.kind === 'user') return []
  const allowed = readAllowed(scope)
  return deedsOf(config).filter((deed) => !allowed?.has(deed))
}

/** Whether something was recorded, so that a first start allows nothing any more. */
export const isRecorded = (scope: Scope): boolean => scope.kind === 'user' || readAllowed(scope) !== undefined

/** Records all that a configuration does. Throws `file_unwritable`. */
export function allow(scope: Scope, config: Config): void {
  if (scope.kind === 'user') return
  const all = new Set([...(readAllowed(scope) ?? []), ...deedsOf(config)])
  writeWhole(recordOf(scope), [...all, ''].join('\n'), privateFile)
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
  const old = before === undefined ? undefined : parseConfig(before, scope.configPath)
  const isAllowed = isRecorded(scope) && (old === undefined || unallowedIn(scope, old).length === 0)
  saveConfig(scope.configPath, before, after)
  if (!isAllowed || scope.kind === 'user') return
  const [did, does] = [old ? deedsOf(old) : [], deedsOf(parseConfig(after, scope.configPath))]
  const kept = [...(readAllowed(scope) ?? [])].filter((deed) => !did.includes(deed))
  writeWhole(recordOf(scope), [...new Set([...kept, ...does]), ''].join('\n'), privateFile)
}
