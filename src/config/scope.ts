/**
 * Which `cordon.toml` a command is about, and where what belongs to it lies. The file stands with the person's work; the
 * CA and the tokens stand apart from it, so that no commit takes them along:
 *
 *     project   $CWD/cordon.toml                          $XDG_CONFIG_HOME/cordon/projects/<dirname>-<hash8>/
 *     user      $XDG_CONFIG_HOME/cordon/cordon.toml       $XDG_CONFIG_HOME/cordon/user/
 */
import { hash } from 'node:crypto'
import { realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { CordonError } from '../base/error.ts'
import { cordonHomeOf } from '../base/paths.ts'

/** One `cordon.toml` and its own daemon, CA and tokens. Scopes share nothing. */
export interface Scope {
  kind: 'project' | 'user'
  /** `user` or `<dirname>-<hash8>`: the audience of proxy URLs, the name of the service, of the CA and of the folder. */
  name: string
  configPath: string
  /** The state of the scope: holds `certs/` and `tokens.toml`. */
  folder: string
  certs: { folder: string; caCert: string; caKey: string; bundle: string; trustStore: string; trusted: string }
  tokensPath: string
  /** `$XDG_CONFIG_HOME/cordon`, of which every scope has a folder. */
  cordonHome: string
}

/** What the person typed: `--config PATH` or `--scope project|user`, or neither. */
export interface ScopeChoice {
  config?: string
  scope?: 'project' | 'user'
}

/**
 * The scope that was chosen; without a choice, the project of the folder the command runs in. `--config PATH` is the
 * project of that file's folder, whatever the file's name. The user's own file is the user scope by whichever way it is
 * named, or it would have two CAs. Throws `usage`.
 */
export function scopeOf(choice: ScopeChoice, { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv }): Scope {
  const cordonHome = cordonHomeOf(env)
  const userConfig = join(real(cordonHome), 'cordon.toml')
  const configPath = configPathOf(choice, cwd, userConfig)
  return configPath === userConfig ? userScope(cordonHome, configPath) : projectScope(cordonHome, configPath)
}

function configPathOf({ config, scope }: ScopeChoice, cwd: string, userConfig: string): string {
  if (config !== undefined && scope !== undefined) {
    throw new CordonError('usage', '--config and --scope cannot be given together.', { hint: 'give one of them' })
  }
  if (scope === 'user') return userConfig
  if (config === undefined) return join(real(cwd), 'cordon.toml')
  const path = resolve(cwd, config)
  if (config === '' || statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new CordonError('usage', `--config names ${config === '' ? 'nothing' : `the folder ${path}`}, not a file.`, {
      hint: 'give the path of a cordon.toml',
    })
  }
  return join(real(dirname(path)), basename(path))
}

const userScope = (cordonHome: string, configPath: string) =>
  withPaths({ kind: 'user', name: 'user', configPath, folder: join(cordonHome, 'user'), cordonHome })

function projectScope(cordonHome: string, configPath: string): Scope {
  const name = projectNameOf(dirname(configPath))
  return withPaths({ kind: 'project', name, configPath, folder: join(cordonHome, 'projects', name), cordonHome })
}

function withPaths(scope: Omit<Scope, 'certs' | 'tokensPath'>): Scope {
  const folder = join(scope.folder, 'certs')
  const certs = {
    folder,
    caCert: join(folder, 'ca-cert.pem'),
    caKey: join(folder, 'ca-key.pem'),
    bundle: join(folder, 'combined-ca.pem'),
    trustStore: join(folder, 'trust-store.p12'),
    trusted: join(folder, 'trusted'),
  }
  return { ...scope, certs, tokensPath: join(scope.folder, 'tokens.toml') }
}

/**
 * `<dirname>-<hash8>`, the hash being of the whole path. The name is a user name in URLs and a file's name, so that of the
 * folder's letters only `A-Z a-z 0-9 . _ -` stay, any others between them become one `-`, and past 200 letters it is cut;
 * the hash keeps such names apart.
 */
function projectNameOf(folder: string): string {
  const plain = basename(folder)
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .slice(0, 200)
  const dirname = /[A-Za-z0-9]/.test(plain) ? plain.replace(/^-+/, '') : 'project'
  return `${dirname}-${hash('sha256', folder).slice(0, 8)}`
}

// One folder has one name, though links lead to it: `cd` through a link and `--config` through it mean the same project.
// Of a folder that is yet to be made, the part that exists is followed, so that the name holds when it is there.
function real(folder: string): string {
  try {
    return realpathSync.native(folder)
  } catch {
    const parent = dirname(folder)
    return parent === folder ? folder : join(real(parent), basename(folder))
  }
}
