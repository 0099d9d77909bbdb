/** Which service a command means, and what runs in it. */
import { userInfo } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { CordonError } from '../../base/error.ts'
import { cacheHomeOf, homeOf } from '../../base/paths.ts'
import { ownCommand } from '../../base/self.ts'
import type { Scope } from '../../config/scope.ts'
import { definitionOf } from '../../service/definition.ts'
import type { Definition, InitSystem, Program } from '../../service/init-system.ts'
import { initSystemsOn } from '../../service/init-systems.ts'
import { plainProgram } from '../../service/plain-program.ts'
import { type Context, type Placed, passphraseCredential, placed, scopeIn, suffixOf } from '../context.ts'
import { shownWord } from '../word.ts'

/** A service by the name that a person gives it. */
export interface Service {
  name: string
  /** What a command that cordon names must carry to mean it. */
  words: string
  /** `cordon-NAME` */
  id: string
  init: InitSystem
  /** Undefined where it is not installed. */
  definition: Definition | undefined
}

/** The options of every verb. */
export interface ServiceOptions extends Placed {
  system?: boolean
}

/** Adds `[name]` and the options that say whose configuration is meant. */
export function ofService(command: Command): Command {
  return placed(command)
    .argument('[name]', 'the name of the service; that of the scope when left out', parseName)
    .option('--system', 'the service of the whole machine, under a user of its own')
}

export function serviceIn(context: Context, name: string | undefined, options: ServiceOptions): Service {
  const called = name ?? scopeIn(context, options).name
  const init = initFor(context, options)
  const id = `cordon-${called}`
  return {
    name: called,
    words: options.system ? `${called} --system` : called,
    id,
    init,
    definition: definitionOf(init, id),
  }
}

/** Throws `service_unfit` for a service of the whole machine where there can be none. */
function initFor({ env }: Context, { system }: ServiceOptions): InitSystem {
  const { user, machine } = initSystemsOn(env)
  if (!system) return user
  if (machine) return machine
  throw new CordonError('service_unfit', 'A service with a user of its own takes systemd, and this machine has none.', {
    hint: 'leave `--system` out, or make another user by hand and install the service as that user',
  })
}

/** The same for a service that has to be there. Throws `service_missing`. */
export function installedIn(
  context: Context,
  name: string | undefined,
  options: ServiceOptions,
): Service & { definition: Definition } {
  const service = serviceIn(context, name, options)
  const { definition } = service
  if (definition) return { ...service, definition }
  const words = `${name === undefined ? '' : ` ${name}`}${suffixOf(options)}${options.system ? ' --system' : ''}`
  throw new CordonError('service_missing', `There is no service ${service.name}.`, {
    hint: `install it with \`cordon service install${words}\``,
  })
}

/** What a person may choose for the program of a service. */
export interface ProgramOptions {
  passphraseFile?: string
  namespaces?: boolean
}

export interface InstallOptions extends ServiceOptions, ProgramOptions {
  /** Whose agents use a service with a user of its own. */
  for?: string
  dryRun?: boolean
}

/** The program of a service: the proxy of a scope, by this very cordon. Throws `path_unfit` and `service_unfit`. */
export function programFor(
  { cwd, env }: Context,
  scope: Scope,
  { id, init, passphraseFile: typed, namespaces }: Pick<Service, 'id' | 'init'> & ProgramOptions,
): Program {
  const passphraseFile = typed === undefined ? undefined : resolve(cwd, typed)
  if (passphraseFile !== undefined && !init.handsOverFiles) throw noHandover(init, passphraseFile)
  const ofScope = ['--config', scope.configPath]
  const logPath = join(scope.folder, 'service.log')
  const program: Program = {
    id,
    description: `cordon, the credential boundary of coding agents (${scope.configPath})`,
    // A secret that is missing stops the requests that need it, and must not stop all others for as long.
    start: [...ownCommand(), 'start', '--keep-going', ...(init.keepsLog ? [] : ['--log-file', logPath]), ...ofScope],
    stop: [...ownCommand(), 'stop', ...ofScope],
    reloadSignal: 'HUP',
    hopeless: [2, 3],
    notes: {
      config: scope.configPath,
      ...(passphraseFile !== undefined && { passphraseFile }),
      ...(namespaces === false && { namespaces: 'no' }),
    },
    hasNamespaces: namespaces !== false,
    folder: dirname(scope.configPath),
    env: environmentOf(env),
    writable: [scope.folder, join(cacheHomeOf(env), 'cordon')],
    runtimeFolder: 'cordon',
    logPath,
    credentials: passphraseFile === undefined ? {} : { [passphraseCredential]: passphraseFile },
  }
  return plainProgram(program)
}

const noHandover = ({ label }: InitSystem, path: string) =>
  new CordonError('service_unfit', `The ${label} hands no file over to a service, so that it would not find ${path}.`, {
    hint: 'keep the secrets in the keyring instead: `cordon route edit ROUTE --source keyring`',
  })

/** What the init system does not know of this user, and cordon finds its files by. */
function environmentOf(env: NodeJS.ProcessEnv): Record<string, string> {
  const { XDG_CONFIG_HOME, XDG_CACHE_HOME } = env
  const home = homeOf(env)
  return {
    ...(home !== userInfo().homedir && { HOME: home }),
    ...(XDG_CONFIG_HOME && { XDG_CONFIG_HOME }),
    ...(XDG_CACHE_HOME && { XDG_CACHE_HOME }),
  }
}

function parseName(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,209}$/.test(text)) return text
  throw new CordonError('usage', `"${shownWord(text)}" is no name for a service.`, {
    hint: 'use letters, digits, `.`, `_` and `-`, and begin with a letter or digit',
  })
}
