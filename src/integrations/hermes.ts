/**
 * Hermes Agent keeps everything in one home, `$HERMES_HOME`, of which a person has one: so the user scope is all there is.
 *
 *     .env                              read at its start; keys and variables
 *     skills/devops/cordon/SKILL.md     told to the model when it fits
 */
import { join, resolve } from 'node:path'
import { placeholderIn, presetRoute } from '../config/known-hosts.ts'
import { folderOf } from './home.ts'
import type { IntegrationContext } from './integration.ts'
import { ownKeysIn } from './own-keys.ts'
import { type Edit, integrationOf } from './settings.ts'
import { skillIn } from './skill.ts'

export const hermes = integrationOf({
  name: 'hermes',
  label: 'Hermes Agent',
  scopes: ['user'],
  wiring: 'files',
  program: 'hermes',
  home: homeOf,
  routes: () => [presetRoute('anthropic')],
  edits,
  notices: (context) => ownKeysIn(envOf(context), context.self.options),
  next: () => ['hermes'],
})

function homeOf(context: IntegrationContext): string {
  const { cwd, env } = context
  return env['HERMES_HOME'] ? resolve(cwd, env['HERMES_HOME']) : folderOf(context, '.hermes')
}

const envOf = (context: IntegrationContext) => join(homeOf(context), '.env')

function edits(context: IntegrationContext): Edit[] {
  const key = 'ANTHROPIC_API_KEY'
  return [
    skillIn(join(homeOf(context), 'skills', 'devops'), context),
    { kind: 'variables', path: envOf(context), variables: { ...context.variables, [key]: placeholderIn(key) } },
  ]
}
