import { join } from 'node:path'
import { ask } from '../base/command.ts'
import { homeOf } from '../base/paths.ts'
import { expectAnswer } from './expect-answer.ts'
import type { InitSystem, ServiceState } from './init-system.ts'
import { plistOf } from './launchd-plist.ts'
import type { Step } from './steps.ts'
import { factsIn } from './xml.ts'

/** The launchd of the user, which runs agents while the user is logged in on the screen (launchctl(1)). */
export function userLaunchd(env: NodeJS.ProcessEnv, uid = process.getuid?.() ?? 0): InitSystem {
  const label = 'launchd of this user'
  const domain = `gui/${uid}`
  const target = (id: string) => `${domain}/${labelOf(id)}`
  const pathOf = (id: string) => join(homeOf(env), 'Library', 'LaunchAgents', `${labelOf(id)}.plist`)
  const launchctl = (...words: readonly string[]): Step => ({ kind: 'run', words: ['launchctl', ...words] })
  const print = (id: string) => ['launchctl', 'print', target(id)]
  const takeOut = (id: string): Step[] => [
    // It fails for what is not there (3, 113), and often for what takes its time to end (36). What counts is that it is gone:
    // before that, `bootstrap` fails with 5 or 37.
    { kind: 'try', words: ['launchctl', 'bootout', target(id)] },
    { kind: 'gone', words: print(id) },
  ]
  // `bootstrap` takes no agent that somebody disabled.
  const putIn = (id: string) => [launchctl('enable', target(id)), launchctl('bootstrap', domain, pathOf(id))]
  const isLoaded = (id: string) => ask(print(id), { env }) !== undefined
  return {
    label,
    startsWhen: 'when you log in',
    encoding: 'utf8',
    keepsLog: false,
    waitsUntilUp: false,
    handsOverFiles: false,
    expect: () =>
      expectAnswer(label, ['launchctl', 'print', domain], {
        env,
        hint: 'log in on the screen of this Mac (ssh alone brings none along), or run `cordon start` in a terminal',
      }),
    pathOf,
    render: (program) => plistOf(labelOf(program.id), program),
    install: (id, text) => [{ kind: 'file', path: pathOf(id), text, mode: 0o644 }, ...takeOut(id), ...putIn(id)],
    uninstall: (id) => [...takeOut(id), { kind: 'remove', path: pathOf(id) }],
    start: (id) => (isLoaded(id) ? [launchctl('kickstart', target(id))] : putIn(id)),
    stop: takeOut,
    // `kickstart -k` would kill it with its streams.
    restart: (id) => [...takeOut(id), ...putIn(id)],
    state: (id) => stateIn(ask(print(id), { env })),
    logs: ({ text }) => ({ kind: 'file', path: factsIn(text)?.logPath ?? '' }),
    notesIn: (text) => factsIn(text)?.notes ?? {},
  }
}

/** `dev.cordon.NAME` for `cordon-NAME`: labels are domains read backwards. */
const labelOf = (id: string) => `dev.${id.replace('-', '.')}`

/**
 * What `launchctl print` tells of a service; it prints nothing for one that it does not know. The man page calls the format
 * no interface, so that only three facts are read, which have stood there in every release so far.
 */
function stateIn(printed: string | undefined): ServiceState {
  if (printed === undefined) return { state: 'stopped' }
  const fact = (name: string) => new RegExp(`^\\t${name} = (.*)$`, 'm').exec(printed)?.[1]
  const state = fact('state')
  if (state === 'running') return { state: 'running', pid: Number(fact('pid')) || undefined, since: undefined }
  const ended = fact('last exit code')
  const signal = fact('last terminating signal')
  const code = Number.parseInt(ended ?? '', 10)
  if (signal !== undefined) return { state: 'failed', why: `signal ${signal}`, code: undefined }
  if (code > 0) return { state: 'failed', why: `exit code ${code}`, code }
  return { state: code === 0 ? 'stopped' : 'starting' }
}
