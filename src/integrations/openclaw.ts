/**
 * OpenClaw keeps everything in `~/.openclaw`, and its gateway runs as a service of its own:
 *
 *     openclaw.json     proxy.enabled and proxy.proxyUrl lead the gateway; JSON5, which we edit where it is JSON with comments
 *     .env              variables, where the environment of the gateway has none of that name
 *
 * Node reads the CA where a process begins, so the service has to be installed with it in its environment.
 */
import { join } from 'node:path'
import { placeholderIn, presetRoute } from '../config/known-hosts.ts'
import { folderOf } from './home.ts'
import type { IntegrationContext } from './integration.ts'
import { ownKeysIn } from './own-keys.ts'
import { type Edit, integrationOf } from './settings.ts'
import { skillIn } from './skill.ts'

export const openclaw = integrationOf({
  name: 'openclaw',
  label: 'OpenClaw',
  scopes: ['user'],
  wiring: 'files',
  program: 'openclaw',
  home: homeOf,
  routes: () => [presetRoute('anthropic')],
  edits,
  notices,
  next: ({ variables }) => [
    'openclaw daemon uninstall',
    `NODE_EXTRA_CA_CERTS='${variables['NODE_EXTRA_CA_CERTS']}' openclaw daemon install`,
  ],
})

function homeOf(context: IntegrationContext): string {
  return folderOf(context, '.openclaw')
}

const key = 'ANTHROPIC_API_KEY'
const envOf = (context: IntegrationContext) => join(homeOf(context), '.env')

function edits(context: IntegrationContext): Edit[] {
  const set = [
    { path: ['proxy', 'enabled'], value: true },
    { path: ['proxy', 'proxyUrl'], value: context.variables['HTTPS_PROXY'] ?? '' },
  ]
  return [
    skillIn(join(homeOf(context), 'skills'), context),
    { kind: 'variables', path: envOf(context), variables: { ...context.variables, [key]: placeholderIn(key) } },
    { kind: 'json', path: join(homeOf(context), 'openclaw.json'), set },
  ]
}

function notices(context: IntegrationContext): string[] {
  const { env } = context
  const moved = ['OPENCLAW_CONFIG_PATH', 'OPENCLAW_STATE_DIR', 'OPENCLAW_HOME'].filter((name) => env[name])
  return [
    ...moved.map((name) => `${name} is set, and cordon sets up ${homeOf(context)} alone.`),
    ...ownKeysIn(envOf(context), context.self.options),
  ]
}
