import { join } from 'node:path'
import { ask } from '../base/command.ts'
import { cordonHomeOf } from '../base/paths.ts'
import { definitionOf } from './definition.ts'
import { expectAnswer } from './expect-answer.ts'
import type { InitSystem, ServiceState } from './init-system.ts'
import type { Step } from './steps.ts'
import { launcherText, taskOf } from './windows-task.ts'
import { factsIn } from './xml.ts'

/**
 * The Task Scheduler of Windows, for tasks of the user alone, which take no administrator (schtasks). It keeps the tasks
 * where others may not read them, so that the definitions lie with us too.
 */
export function userTasks(env: NodeJS.ProcessEnv): InitSystem {
  const label = 'Task Scheduler of this user'
  const folder = join(cordonHomeOf(env), 'services')
  const pathOf = (id: string) => join(folder, `${id}.xml`)
  const launcherOf = (id: string) => join(folder, `${id}.js`)
  const words = (...rest: readonly string[]) => ['schtasks.exe', ...rest]
  const run = (...rest: readonly string[]): Step => ({ kind: 'run', words: words(...rest) })
  // `/End` kills, so that the program is asked first.
  const end = (id: string): Step[] => {
    const stop = factsIn(definitionOf(tasks, id)?.text ?? '')?.stop
    return [
      ...(stop === undefined ? [] : [{ kind: 'try', words: stop } as const]),
      { kind: 'try', words: words('/End', '/TN', taskName(id)) },
    ]
  }
  const begin = (id: string) => [run('/Change', '/TN', taskName(id), '/ENABLE'), run('/Run', '/TN', taskName(id))]
  const tasks: InitSystem = {
    label,
    startsWhen: 'when you log in',
    encoding: 'utf16le',
    keepsLog: false,
    waitsUntilUp: false,
    handsOverFiles: false,
    expect: () =>
      expectAnswer(label, words('/Query', '/FO', 'CSV', '/NH'), {
        env,
        hint: 'see that it runs with `sc query Schedule`, or run `cordon start` in a terminal',
      }),
    pathOf,
    render: (program) => taskOf(userOf(env), launcherOf(program.id), program),
    install: (id, text) => [
      ...end(id),
      { kind: 'file', path: launcherOf(id), text: launcherText, mode: 0o600 },
      // As the Task Scheduler writes such files itself.
      { kind: 'file', path: pathOf(id), text, mode: 0o600, encoding: 'utf16le' },
      run('/Create', '/TN', taskName(id), '/XML', pathOf(id), '/F'),
      run('/Run', '/TN', taskName(id)),
    ],
    uninstall: (id) => [
      ...end(id),
      { kind: 'try', words: words('/Delete', '/TN', taskName(id), '/F') },
      { kind: 'gone', words: words('/Query', '/TN', taskName(id)) },
      { kind: 'remove', path: pathOf(id) },
      { kind: 'remove', path: launcherOf(id) },
    ],
    start: begin,
    // Enabled, it would be started again within the minute.
    stop: (id) => [run('/Change', '/TN', taskName(id), '/DISABLE'), ...end(id)],
    restart: (id) => [...end(id), ...begin(id)],
    state: (id) => stateIn(ask(words('/Query', '/TN', taskName(id), '/V', '/FO', 'CSV', '/NH'), { env }) ?? ''),
    logs: ({ text }) => ({ kind: 'file', path: factsIn(text)?.logPath ?? '' }),
    notesIn: (text) => factsIn(text)?.notes ?? {},
  }
  return tasks
}

/** `\cordon\NAME` for `cordon-NAME`: tasks lie in folders. */
const taskName = (id: string) => `\\${id.replace('-', '\\')}`

const userOf = ({ USERDOMAIN, USERNAME = '' }: NodeJS.ProcessEnv) =>
  USERDOMAIN ? `${USERDOMAIN}\\${USERNAME}` : USERNAME

// winerror.h: SCHED_S_TASK_READY, _RUNNING, _DISABLED, _HAS_NOT_RUN, _TERMINATED, _QUEUED.
const results = { ready: 0x41300, running: 0x41301, disabled: 0x41302, fresh: 0x41303, ended: 0x41306, queued: 0x41325 }

/** The seventh column of a line is the last result. The fourth is a word for the state, in the language of the machine. */
function stateIn(printed: string): ServiceState {
  const columns = [...printed.slice(0, printed.indexOf('\n')).matchAll(/"((?:[^"]|"")*)"(?:,|\r?$)/g)]
  const result = Number(columns[6]?.[1] ?? 0)
  switch (result) {
    case results.running:
      return { state: 'running', pid: undefined, since: undefined }
    case results.fresh:
    case results.queued:
      return { state: 'starting' }
    case 0:
    case results.ready:
    case results.disabled:
    case results.ended:
      return { state: 'stopped' }
    default:
      return { state: 'failed', why: `result ${result}`, code: result }
  }
}
