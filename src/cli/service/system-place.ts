/**
 * Where a service with a user of its own lies. What the agent may see stands apart from what nobody but that user may:
 *
 *     /var/lib/cordon/NAME/          0700 cordon   cordon.toml, the CA's key, tokens, the encrypted secrets
 *     /etc/cordon/NAME/              0755 root     the CA's certificate, the bundle; `env`, which one user alone may read
 *     /usr/local/sbin/cordon-NAME    0755 root     cordon as that user, for root alone: `sudo cordon-NAME secret set openai`
 */
import { dirname, join } from 'node:path'
import { calledVariable } from '../../base/called.ts'
import { ask } from '../../base/command.ts'
import { lstatIfThere } from '../../base/file.ts'
import { ownCommand } from '../../base/self.ts'
import { shellWord } from '../../base/shell.ts'
import type { Program } from '../../service/init-system.ts'
import { plainProgram } from '../../service/plain-program.ts'
import type { Step } from '../../service/steps.ts'

/** Where such services lie on a machine, and whose they are. */
export interface SystemRoots {
  state: string
  shared: string
  wrappers: string
  user: string
}

export const systemRoots: SystemRoots = {
  state: '/var/lib/cordon',
  shared: '/etc/cordon',
  wrappers: '/usr/local/sbin',
  user: 'cordon',
}

export interface SystemPlace {
  id: string
  roots: SystemRoots
  /** The program and the words that run cordon. */
  command: readonly string[]
  home: string
  config: string
  shared: string
  environment: string
  wrapper: string
}

export function systemPlace(id: string, roots = systemRoots, command: readonly string[] = ownCommand()): SystemPlace {
  const name = id.slice('cordon-'.length)
  const home = join(roots.state, name)
  const shared = join(roots.shared, name)
  return {
    id,
    roots,
    command,
    home,
    config: join(home, 'cordon', 'cordon.toml'),
    shared,
    environment: join(shared, 'env'),
    wrapper: join(roots.wrappers, id),
  }
}

/** `typed` is what a person types to mean this cordon. */
const environmentOf = ({ home }: SystemPlace, typed: string) => ({
  [calledVariable]: typed,
  HOME: home,
  XDG_CONFIG_HOME: home,
  XDG_CACHE_HOME: join(home, 'cache'),
})

/** The program of such a service, for the agents of one user. Throws `path_unfit`. */
export function systemProgram(place: SystemPlace, agentUser: string, own: Pick<Program, 'credentials'>): Program {
  return plainProgram({
    id: place.id,
    description: `cordon, the credential boundary of coding agents (${place.id})`,
    start: [...place.command, 'start', '--keep-going', '--config', place.config],
    stop: [...place.command, 'stop', '--config', place.config],
    reloadSignal: 'HUP',
    hopeless: [2, 3],
    notes: { config: place.config, for: agentUser, command: JSON.stringify(place.command), ...own.credentials },
    hasNamespaces: true,
    folder: dirname(place.config),
    // Whoever meets its errors is no root.
    env: environmentOf(place, `sudo ${place.id}`),
    writable: [place.home],
    // The control socket lies below the home, where the agent's user cannot even look.
    runtimeFolder: undefined,
    logPath: join(place.home, 'service.log'),
    credentials: own.credentials,
    user: place.roots.user,
  })
}

/** All that comes before the unit: the user, the folders, the configuration, a CA, and what the agent's user may read. */
export function systemSteps(place: SystemPlace, configPath: string, agentUser: string): Step[] {
  const run = (...words: readonly string[]): Step => ({ kind: 'run', words })
  const { state, shared: sharedRoot, user } = place.roots
  const owner = ['-o', user, '-g', user]
  const certs = join(place.home, 'cordon', 'user', 'certs')
  const shared = ['ca-cert.pem', 'combined-ca.pem', 'trust-store.p12'].map(
    (file): Step => ({
      kind: 'save',
      // Read as that user: a link it laid there must not lead root anywhere.
      words: ['runuser', '-u', user, '--', 'cat', join(certs, file)],
      path: join(place.shared, file),
      mode: 0o644,
    }),
  )
  return [
    ...(ask(['id', '-u', user], { env: process.env }) === undefined ? [makeUser(place.roots)] : []),
    run('install', '-d', '-m', '0755', state, sharedRoot, place.shared),
    run('install', '-d', '-m', '0700', ...owner, place.home, dirname(place.config)),
    ...(lstatIfThere(place.config) ? [] : [run('install', '-m', '0600', ...owner, configPath, place.config)]),
    { kind: 'file', path: place.wrapper, text: wrapperText(place), mode: 0o755 },
    run(place.wrapper, 'setup', '--yes'),
    ...shared,
    {
      kind: 'save',
      words: [place.wrapper, 'env', '--certs', place.shared],
      path: place.environment,
      mode: 0o400,
    },
    run('chown', agentUser, place.environment),
  ]
}

const makeUser = ({ state, user }: SystemRoots): Step => ({
  kind: 'run',
  words: [
    ...['useradd', '--system', '--user-group', '--home-dir', state, '--no-create-home'],
    ...['--shell', '/usr/sbin/nologin', user],
  ],
})

function wrapperText(place: SystemPlace): string {
  const variables = Object.entries({ ...environmentOf(place, place.id), PATH: '/usr/sbin:/usr/bin:/sbin:/bin' })
  const words = [...variables.map(([name, value]) => `${name}=${value}`), ...place.command].map(shellWord)
  return `#!/bin/sh
# Written by \`cordon service install --system\`: cordon as the user of this service.
cd ${shellWord(dirname(place.config))} && exec runuser -u ${place.roots.user} -- env -i TERM="$TERM" ${words.join(' ')} "$@"
`
}

/** What is taken away with the unit; with `purge` the configuration, the CA and the secrets too, and a user without a service. */
export function systemRemoval(place: SystemPlace, purge: boolean): Step[] {
  const { state, shared, user } = place.roots
  // The user goes with the last folder of such a service.
  const removeUser: Step = {
    kind: 'run',
    words: ['sh', '-c', `test -e ${shellWord(state)} || userdel ${user}`],
  }
  const empty = (folder: string): Step => ({ kind: 'run', words: ['rmdir', '--ignore-fail-on-non-empty', folder] })
  return [
    { kind: 'remove', path: place.wrapper },
    { kind: 'remove', path: place.shared },
    empty(shared),
    ...(purge ? [{ kind: 'remove', path: place.home } as const, empty(state), removeUser] : []),
  ]
}
