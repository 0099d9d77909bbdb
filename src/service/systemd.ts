import { join } from 'node:path'
import { ask } from '../base/command.ts'
import { configHomeOf } from '../base/paths.ts'
import { expectAnswer } from './expect-answer.ts'
import type { InitSystem, ServiceState } from './init-system.ts'
import { notesIn, unitOf } from './systemd-unit.ts'

/** The systemd of the user, which runs while the user is logged in, or always where the user lingers. */
export function userSystemd(env: NodeJS.ProcessEnv): InitSystem {
  return systemd(env, {
    label: 'systemd of this user',
    startsWhen: 'when you log in',
    flags: ['--user'],
    folder: join(configHomeOf(env), 'systemd', 'user'),
    hint: 'log in anew, by ssh or on a console (`su` and `sudo` bring none along); where there is no systemd, as in most containers, run `cordon start`',
  })
}

/** The systemd of the machine. `folder` holds its units. */
export function machineSystemd(env: NodeJS.ProcessEnv, folder = '/etc/systemd/system'): InitSystem {
  return systemd(env, {
    label: 'systemd of this machine',
    startsWhen: 'with the machine',
    flags: [],
    folder,
    hint: 'a container seldom has one; run `cordon start` there instead',
  })
}

interface Manager {
  label: string
  startsWhen: string
  flags: readonly string[]
  folder: string
  hint: string
}

function systemd(env: NodeJS.ProcessEnv, { label, startsWhen, flags, folder, hint }: Manager): InitSystem {
  const run = (...words: readonly string[]) => ({ kind: 'run', words: ['systemctl', ...flags, ...words] }) as const
  const unit = (id: string) => `${id}.service`
  const pathOf = (id: string) => join(folder, unit(id))
  return {
    label,
    startsWhen,
    encoding: 'utf8',
    keepsLog: true,
    waitsUntilUp: true,
    handsOverFiles: true,
    expect: () => expectAnswer(label, ['systemctl', ...flags, 'show', '--property=Version'], { env, hint }),
    pathOf,
    render: unitOf,
    install: (id, text) => [
      { kind: 'file', path: pathOf(id), text, mode: 0o644 },
      run('daemon-reload'),
      run('enable', '--quiet', unit(id)),
      run('restart', unit(id)),
    ],
    uninstall: (id) => [
      run('disable', '--quiet', '--now', unit(id)),
      { kind: 'remove', path: pathOf(id) },
      run('daemon-reload'),
    ],
    start: (id) => [run('start', unit(id))],
    stop: (id) => [run('stop', unit(id))],
    restart: (id) => [run('restart', unit(id))],
    state: (id) => stateIn(ask(['systemctl', ...flags, 'show', `--property=${properties}`, unit(id)], { env }) ?? ''),
    logs({ id }, { lines, follow }) {
      const which = [`--unit=${unit(id)}`, `--lines=${lines}`, '--output=cat']
      return { kind: 'command', words: ['journalctl', ...flags, ...which, follow ? '--follow' : '--no-pager'] }
    },
    notesIn,
  }
}

const properties = 'ActiveState,MainPID,ActiveEnterTimestamp,Result,ExecMainStatus'

/** What `systemctl show` tells, a property a line. */
function stateIn(shown: string): ServiceState {
  const facts = new Map(shown.split('\n').map((line) => [line.split('=', 1)[0], line.slice(line.indexOf('=') + 1)]))
  switch (facts.get('ActiveState')) {
    case 'active':
    case 'reloading':
      return {
        state: 'running',
        pid: Number(facts.get('MainPID')) || undefined,
        since: /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d.*/.exec(facts.get('ActiveEnterTimestamp') ?? '')?.[0],
      }
    case 'activating':
      return { state: 'starting' }
    case 'failed':
      return {
        state: 'failed',
        why: `${facts.get('Result')}, exit code ${facts.get('ExecMainStatus')}`,
        code: Number(facts.get('ExecMainStatus')),
      }
    default:
      return { state: 'stopped' }
  }
}
