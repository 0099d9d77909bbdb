/**
 * opencode takes the providers whose keys it finds in its environment, and has no file of variables: `cordon run` leads it
 * through cordon, with placeholders for the routes there are. A skill tells it about cordon.
 */
import { join } from 'node:path'
import { readIfThere } from '../base/file.ts'
import { presetRoute } from '../config/known-hosts.ts'
import { folderOf, personHome } from './home.ts'
import type { IntegrationContext } from './integration.ts'
import { jsonAt } from './json-text.ts'
import { isPlaceholder } from './placeholder.ts'
import { integrationOf } from './settings.ts'
import { runThrough } from './shell.ts'
import { skillIn } from './skill.ts'

export const opencode = integrationOf({
  name: 'opencode',
  label: 'opencode',
  scopes: ['project', 'user'],
  wiring: 'shell',
  program: 'opencode',
  home: homeOf,
  routes: () => [presetRoute('anthropic')],
  edits: (context) => [skillIn(join(homeOf(context), 'skills'), context)],
  notices,
  next: (context) => [runThrough(context, 'opencode')],
})

function homeOf(context: IntegrationContext): string {
  if (context.scope === 'project') return folderOf(context, '.opencode')
  return join(context.env['XDG_CONFIG_HOME'] || join(personHome(context), '.config'), 'opencode')
}

/** Its own store of keys counts before the environment. */
function notices(context: IntegrationContext): string[] {
  const data = context.env['XDG_DATA_HOME'] || join(personHome(context), '.local', 'share')
  const path = join(data, 'opencode', 'auth.json')
  const text = readIfThere(path)?.trim()
  const logins = text ? jsonAt(text, [], path) : {}
  const stored = Object.entries(logins as Record<string, { key?: unknown }>).flatMap(([provider, { key }]) =>
    key === undefined || isPlaceholder(key) ? [] : [provider],
  )
  return stored.map(
    (provider) =>
      `${path} holds a real key for ${provider}, which every program of yours can read: store it with \`cordon secret set\`, then take it out with \`opencode auth logout\`.`,
  )
}
