import { join } from 'node:path'
import type { Command } from 'commander'
import { called } from '../base/called.ts'
import { CordonError } from '../base/error.ts'
import { readIfThere } from '../base/file.ts'
import { shellWord } from '../base/shell.ts'
import type { Config } from '../config/config.ts'
import { shownPath } from '../config/fault.ts'
import { parseConfig } from '../config/load.ts'
import { type Scope, scopeOf } from '../config/scope.ts'
import type { Integration } from '../integrations/integration.ts'
import { Secret } from '../secrets/secret.ts'
import type { Sources } from '../secrets/sources.ts'
import { askPassphrase, type Terminal } from './terminal.ts'
import { shownWord } from './word.ts'

/** What a command stands in: the folder, the environment and the person in front of it. */
export interface Context {
  cwd: string
  env: NodeJS.ProcessEnv
  terminal: Terminal
  version: string
}

/** The options that nearly every command has. */
export interface Placed {
  config?: string
  scope?: 'project' | 'user'
  json?: boolean
}

/** Adds `--config` and `--scope`, which say whose configuration is meant. */
export function placed(command: Command): Command {
  return command
    .option('-c, --config <path>', 'the cordon.toml to use')
    .option('--scope <project|user>', "this folder's cordon.toml, or the user's own", parseScopeName)
}

/**
 * The options with the scope that an agent is set up in: where a person names none and the agent has but one, it is that
 * one. Throws `scope_unfit`.
 */
export function inItsScope<Options extends Placed>({ label, name, scopes }: Integration, options: Options): Options {
  const [only, other] = scopes
  if (other !== undefined || options.config !== undefined) return options
  if (options.scope === undefined || options.scope === only) return { ...options, scope: only }
  throw new CordonError('scope_unfit', `${label} has no settings for a ${options.scope} alone.`, {
    hint: `run \`cordon setup ${name} --scope ${only}\``,
  })
}

/** Adds `--json` to a command that prints facts. */
export function factual(command: Command): Command {
  return placed(command).option('--json', 'print JSON')
}

function parseScopeName(text: string): string {
  if (text === 'project' || text === 'user') return text
  throw new CordonError('usage', `"${shownWord(text)}" is no scope.`, {
    hint: 'use `--scope project` or `--scope user`',
  })
}

export function scopeIn(context: Context, { config, scope }: Placed): Scope {
  return scopeOf(
    { ...(config !== undefined && { config }), ...(scope !== undefined && { scope }) },
    { cwd: context.cwd, env: context.env },
  )
}

/** The scope and its configuration, read. Throws `config_missing` and `config_faulty`. */
export function configIn(context: Context, options: Placed): { scope: Scope; config: Config } {
  const scope = scopeIn(context, options)
  return { scope, config: parseConfig(configText(scope, options), scope.configPath) }
}

/** The text of the configuration. Throws `config_missing`. */
export function configText({ configPath }: Scope, options: Placed): string {
  const text = readIfThere(configPath)
  if (text !== undefined) return text
  throw new CordonError('config_missing', `There is no ${shownPath(configPath)} yet.`, {
    hint: `make one with \`cordon setup${suffixOf(options)}\``,
  })
}

/** What a command that cordon names must carry to mean the same configuration, such as ` --scope user`. */
export function suffixOf({ config, scope }: Placed): string {
  // A wrapper means its own configuration, which nobody else can open.
  if (called !== 'cordon') return ''
  if (config !== undefined) return ` --config ${shellWord(config)}`
  return scope === 'user' ? ' --scope user' : ''
}

/** The places secrets lie in, opened when the first one is asked for. */
export async function sourcesIn(context: Context, scope: Scope): Promise<Sources> {
  const { openSources } = await import('../secrets/sources.ts')
  return openSources({
    folder: scope.cordonHome,
    askPassphrase: async () => handedPassphrase(context.env) ?? askPassphrase(context.terminal),
  })
}

/** The file of `$CREDENTIALS_DIRECTORY` with the passphrase of the encrypted store, for a service that nobody can ask. */
export const passphraseCredential = 'cordon-passphrase'

/** systemd.exec(5), LoadCredential=: files that the service alone can read, and that no child inherits. */
function handedPassphrase({ CREDENTIALS_DIRECTORY }: NodeJS.ProcessEnv): Secret | undefined {
  const text = CREDENTIALS_DIRECTORY && readIfThere(join(CREDENTIALS_DIRECTORY, passphraseCredential))
  return text ? new Secret(text.replace(/\r?\n$/, '')) : undefined
}

/** Where the CA of a configuration lies: where its `[tls]` says, else in the scope's own folder. */
export function certsOf({ certs }: Scope, { tls }: Config): { caCert: string; caKey: string } {
  return { caCert: tls.caCert ?? certs.caCert, caKey: tls.caKey ?? certs.caKey }
}
