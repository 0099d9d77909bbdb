import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { CordonError } from '../base/error.ts'
import { refuseSymlink } from '../base/file.ts'
import type { IntegrationContext } from './integration.ts'
import { readManifest } from './manifest.ts'
import type { Manifest } from './undo-record.ts'
import { readText } from './writes.ts'

/** `.codex` of the project, or the home that a Codex without our help uses. */
export function codexHomeOf({ scope, cwd, env }: IntegrationContext): string {
  if (scope === 'project') return join(cwd, '.codex')
  return env.CODEX_HOME ? resolve(cwd, env.CODEX_HOME) : join(env.HOME ?? homedir(), '.codex')
}

/** Where the undo record of this scope is. */
export const manifestPathOf = ({ stateFolder }: IntegrationContext) => join(stateFolder, 'integrations', 'codex.json')

/** The files of one home, as they are now. */
export interface Home {
  home: string
  manifest: Manifest | undefined
  env: { path: string; text: string | undefined }
  config: { path: string; text: string | undefined }
  auth: { path: string; text: string | undefined }
}

/** Reads the home. Throws `set_up_elsewhere`, `symlink_refused`, `file_unreadable`, `manifest_unreadable`. */
export function openHome(context: IntegrationContext): Home {
  const home = codexHomeOf(context)
  const manifest = readManifest(manifestPathOf(context))
  if (manifest && manifest.home !== home) {
    throw new CordonError('set_up_elsewhere', `Codex is set up in ${manifest.home}, and not in ${home}.`, {
      hint: 'run `cordon integration disable codex` first',
    })
  }
  const [env, config, auth] = [join(home, '.env'), join(home, 'config.toml'), join(home, 'auth.json')]
  // A repository may bring links of its own, and what we write must not land outside it.
  if (context.scope === 'project') for (const path of [home, env, config, auth]) refuseSymlink(path)
  const read = (path: string) => ({ path, text: readText(path) })
  return { home, manifest, env: read(env), config: read(config), auth: read(auth) }
}
