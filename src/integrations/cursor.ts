/**
 * Cursor's CLI shows its API key to one path, which answers with the tokens of a session; every other request carries those. So
 * the key alone is put in by cordon. The proxy and the CA are taken from the environment, where its process begins.
 */
import { join, resolve } from 'node:path'
import { presetRoute } from '../config/known-hosts.ts'
import { folderOf } from './home.ts'
import type { IntegrationContext } from './integration.ts'
import { integrationOf } from './settings.ts'
import { runThrough } from './shell.ts'
import { skillIn } from './skill.ts'

export const cursor = integrationOf({
  name: 'cursor',
  label: 'Cursor CLI',
  scopes: ['project', 'user'],
  wiring: 'shell',
  program: 'cursor-agent',
  home: homeOf,
  routes: () => [presetRoute('cursor')],
  edits: (context) => [skillIn(join(homeOf(context), 'skills'), context)],
  notices: () => [],
  next: (context) => [runThrough(context, 'cursor-agent')],
})

function homeOf(context: IntegrationContext): string {
  const { scope, cwd, env } = context
  return scope === 'user' && env['CURSOR_CONFIG_DIR']
    ? resolve(cwd, env['CURSOR_CONFIG_DIR'])
    : folderOf(context, '.cursor')
}
