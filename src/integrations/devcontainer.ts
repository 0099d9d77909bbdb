/**
 * A development container reaches the cordon of its host. The variables, with the client token, lie in a file that `docker run`
 * reads and no commit takes along; `devcontainer.json`, which a project shares, only names it and mounts what is trusted.
 *
 * cordon listens on 127.0.0.1 alone. Docker Desktop leads host.docker.internal there; on Linux nothing does, so the container
 * gets the network of its host.
 */
import { join } from 'node:path'
import { stringify } from 'yaml'
import { readIfThere } from '../base/file.ts'
import type { IntegrationContext } from './integration.ts'
import { jsonAt } from './json-text.ts'
import { type Edit, integrationOf } from './settings.ts'

export const devcontainer = integrationOf({
  name: 'devcontainer',
  label: 'Dev Container',
  scopes: ['project'],
  wiring: 'files',
  program: { file: settingsOf },
  home: homeOf,
  routes: () => [],
  edits,
  notices,
  next: () => ['devcontainer up --workspace-folder . --remove-existing-container'],
})

function homeOf({ cwd }: IntegrationContext): string {
  return join(cwd, '.devcontainer')
}

function settingsOf(context: IntegrationContext): string {
  return join(homeOf(context), 'devcontainer.json')
}

const variablesOf = (context: IntegrationContext) => join(homeOf(context), 'cordon.env')
const fragmentOf = (context: IntegrationContext) => join(homeOf(context), 'cordon.compose.yaml')

const hasHostNetwork = process.platform === 'linux'
const trusted = '/etc/cordon'

function edits(context: IntegrationContext): Edit[] {
  const variables: Edit = { kind: 'whole', path: variablesOf(context), text: envFile(context) }
  if (kindOf(context) !== 'image')
    return [variables, { kind: 'whole', path: fragmentOf(context), text: fragment(context) }]
  const runArgs = [
    `--env-file=\${localWorkspaceFolder}/.devcontainer/cordon.env`,
    hasHostNetwork ? '--network=host' : '--add-host=host.docker.internal:host-gateway',
  ]
  const mounts = trustedFiles(context).map(({ from, to }) => `type=bind,source=${from},target=${to},readonly`)
  const add = [
    ...runArgs.map((item) => ({ path: ['runArgs'], item })),
    ...mounts.map((item) => ({ path: ['mounts'], item })),
  ]
  return [variables, { kind: 'json', path: settingsOf(context), set: [], add, shared: true }]
}

/** Single files and never their folder: the key of the CA lies there, and root in a container reads it. */
const trustedFiles = ({ stateFolder }: IntegrationContext) =>
  ['ca-cert.pem', 'combined-ca.pem'].map((name) => ({
    from: join(stateFolder, 'certs', name),
    to: `${trusted}/${name}`,
  }))

/** What Compose is given besides the project's own file; its paths are absolute, for relative ones go by the first file. */
function fragment(context: IntegrationContext): string {
  const text = readIfThere(settingsOf(context))
  const service = text === undefined ? undefined : jsonAt(text, ['service'], settingsOf(context))
  const network = hasHostNetwork ? { network_mode: 'host' } : { extra_hosts: ['host.docker.internal:host-gateway'] }
  const container = {
    env_file: variablesOf(context),
    ...network,
    volumes: trustedFiles(context).map(({ from, to }) => `${from}:${to}:ro`),
  }
  const services = { [typeof service === 'string' ? service : 'app']: container }
  return `# For this machine alone: docker compose -f compose.yaml -f .devcontainer/cordon.compose.yaml up\n${stringify({ services })}`
}

/** The variables as the container sees the host and the files; `docker run` takes each line as it is. */
function envFile({ stateFolder, variables }: IntegrationContext): string {
  const certs = join(stateFolder, 'certs', '/')
  const inside = (value: string) => {
    const here = value.replaceAll(certs, `${trusted}/`)
    return hasHostNetwork ? here : here.replace(/(@|proxyHost=|^)127\.0\.0\.1(?=$|:\d|\s)/g, '$1host.docker.internal')
  }
  // A JVM would need its trust store mounted too, and gcloud its own file; both are told in docs/clients.md.
  const kept = Object.entries(variables).filter(([name]) => !/^(JAVA_TOOL_OPTIONS|CLOUDSDK_)/.test(name))
  return kept.map(([name, value]) => `${name}=${inside(value)}\n`).join('')
}

/** How the container is made; runArgs and mounts count for those of an image or a Dockerfile alone. */
function kindOf(context: IntegrationContext): 'none' | 'compose' | 'image' {
  const path = settingsOf(context)
  const text = readIfThere(path)
  if (text === undefined) return 'none'
  return jsonAt(text, ['dockerComposeFile'], path) === undefined ? 'image' : 'compose'
}

function notices(context: IntegrationContext): string[] {
  switch (kindOf(context)) {
    case 'none':
      return [
        `There is no ${settingsOf(context)}: give the container ${variablesOf(context)} as its env_file, or Compose ${fragmentOf(context)} besides its own file.`,
      ]
    case 'compose':
      return [
        `${settingsOf(context)} is made by Compose, which cordon leaves alone: put "cordon.compose.yaml" behind the other files of dockerComposeFile.`,
      ]
    case 'image':
      return [`${settingsOf(context)} names files of this machine now: do not commit our lines.`]
  }
}
