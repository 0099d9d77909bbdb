/** A person's folders for the integrations that are told as data: a home, a project in git, and a context for either scope. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Integration, IntegrationContext } from '../../src/integrations/integration.ts'
import { temporaryFolder } from '../world.ts'

export interface Folders {
  root: string
  home: string
  project: string
  context(scope: 'project' | 'user', port?: number): IntegrationContext
}

/** Files are named from the root: `home/.claude/settings.json`, `project/.env`; each has a mode of its own. */
export function startFolders(t: TestContext, files: Readonly<Record<string, string>> = {}): Folders {
  const { root, home, project } = startFoldersWithoutGit(t, files)
  execFileSync('git', ['init', '-q', project])
  return { root, home, project, context: (scope, port) => contextIn(root, scope, port) }
}

/** The same, where nobody has git: asking it takes most of the time of a set-up. */
export function startFoldersWithoutGit(t: TestContext, files: Readonly<Record<string, string>> = {}): Folders {
  const root = realpathSync(temporaryFolder(t))
  const [home, project] = [join(root, 'home'), join(root, 'project')]
  for (const folder of [home, project]) mkdirSync(folder)
  for (const [name, text] of Object.entries(files)) {
    const path = join(root, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    chmodSync(path, 0o640)
  }
  return { root, home, project, context: (scope, port) => contextWithoutGit(root, scope, port) }
}

export function contextWithoutGit(root: string, scope: 'project' | 'user', port?: number): IntegrationContext {
  const context = contextIn(root, scope, port)
  return { ...context, env: { ...context.env, PATH: '' } }
}

/** What an integration is told of the folders `home` and `project` below the root. */
export function contextIn(root: string, scope: 'project' | 'user', port = 6790): IntegrationContext {
  return {
    scope,
    cwd: join(root, 'project'),
    env: { PATH: process.env['PATH'], HOME: join(root, 'home') },
    stateFolder: join(root, 'state', scope),
    variables: {
      HTTPS_PROXY: `http://user:${'t'.repeat(43)}@127.0.0.1:${port}`,
      NO_PROXY: 'localhost',
      SSL_CERT_FILE: join(root, 'a bundle.pem'),
      NODE_EXTRA_CA_CERTS: join(root, 'ca.pem'),
    },
    self: { command: 'cordon', options: '' },
  }
}

/** Every path below a folder with its mode and bytes. */
export function snapshot(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return new Map(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name)
      const mode = (statSync(path).mode & 0o777).toString(8)
      return [path, entry.isFile() ? `${mode} ${readFileSync(path, 'latin1')}` : mode]
    }),
  )
}

export const setUp = (agent: Integration, context: IntegrationContext): Promise<void> =>
  agent.apply(context, agent.plan(context))

export const takeBack = (agent: Integration, context: IntegrationContext) =>
  agent.revert(context, async () => undefined)
