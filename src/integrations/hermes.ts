/**
 * Hermes Agent keeps everything in one home, `$HERMES_HOME`, of which a person has one: so the user scope is all there is.
 *
 *     .env                              read at its start; keys and variables
 *     skills/devops/cordon/SKILL.md     told to the model when it fits
 */
import { join, resolve } from 'node:path'
import { readIfThere } from '../base/file.ts'
import { placeholderIn, presetRoute } from '../config/known-hosts.ts'
import { assignedIn, withoutBlock } from './env-file.ts'
import { folderOf } from './home.ts'
import type { IntegrationContext } from './integration.ts'
import { type Edit, integrationOf } from './settings.ts'
import { skillText } from './skill.ts'

export const hermes = integrationOf({
  name: 'hermes',
  label: 'Hermes Agent',
  scopes: ['user'],
  wiring: 'files',
  program: 'hermes',
  home: homeOf,
  routes: () => [presetRoute('anthropic')],
  edits,
  notices,
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
    {
      kind: 'whole',
      path: join(homeOf(context), 'skills', 'devops', 'cordon', 'SKILL.md'),
      text: skillText(context),
    },
    { kind: 'variables', path: envOf(context), variables: { ...context.variables, [key]: placeholderIn(key) } },
  ]
}

function notices(context: IntegrationContext): string[] {
  const names = ['ANTHROPIC_API_KEY', 'ANTHROPIC_TOKEN', 'OPENAI_API_KEY', 'OPENROUTER_API_KEY']
  const keys = assignedIn(withoutBlock(readIfThere(envOf(context)) ?? ''), names)
  return keys.map(
    (name) =>
      `${envOf(context)} sets ${name}, which every program of yours can read: store it with \`cordon secret set\`, then take it out.`,
  )
}
