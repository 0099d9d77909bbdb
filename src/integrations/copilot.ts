/**
 * Copilot CLI shows a GitHub token to two hosts: to api.github.com, which tells whose it is and where the models are (and
 * whether there is a newer Copilot CLI), and to *.githubcopilot.com, where they are. Other requests to api.github.com are those
 * of `gh` and of scripts, and get the credential of a route of their own. `cordon run` leads it through cordon, with a
 * placeholder for that token.
 */
import { join, resolve } from 'node:path'
import { presetRoute } from '../config/known-hosts.ts'
import { folderOf } from './home.ts'
import type { IntegrationContext } from './integration.ts'
import { integrationOf } from './settings.ts'
import { runThrough } from './shell.ts'
import { skillIn } from './skill.ts'

export const copilot = integrationOf({
  name: 'copilot',
  label: 'Copilot CLI',
  scopes: ['project', 'user'],
  wiring: 'shell',
  program: 'copilot',
  home: homeOf,
  routes: () => [
    presetRoute('copilot'),
    { name: 'copilot-login', host: 'api.github.com', paths: ['/copilot_internal', '/repos/github/copilot-cli'] },
  ],
  edits: (context) => [skillIn(join(homeOf(context), 'skills'), context)],
  notices: () => [],
  next: (context) => [runThrough(context, 'copilot')],
})

function homeOf(context: IntegrationContext): string {
  const { scope, cwd, env } = context
  if (scope === 'project') return folderOf(context, '.github')
  return env['COPILOT_HOME'] ? resolve(cwd, env['COPILOT_HOME']) : folderOf(context, '.copilot')
}
