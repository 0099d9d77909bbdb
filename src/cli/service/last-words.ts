import { ask } from '../../base/command.ts'
import { CordonError } from '../../base/error.ts'
import { lastLines } from '../../base/log-file.ts'
import { definitionOf } from '../../service/definition.ts'
import type { LogPlace } from '../../service/init-system.ts'
import type { Service } from './which.ts'

/** Why a service did not come up: what cordon said last in its log, else what the init system said. */
export function whyNotUp({ id, name, words, init }: Service, cause: unknown, env: NodeJS.ProcessEnv): unknown {
  if (!(cause instanceof CordonError) || cause.code !== 'service_failed') return cause
  const state = init.state(id)
  if (state.state === 'failed' && noNamespace.includes(state.code ?? 0))
    return new CordonError(
      'service_failed',
      `The service ${name} did not come up: this machine gave it no namespaces.`,
      {
        hint: 'install it with `--no-namespaces`',
        cause,
      },
    )
  const place = init.logs(definitionOf(init, id) ?? { id, path: '', text: '' }, {
    lines: 30,
    follow: false,
  })
  const said = linesIn(place, env)
    .filter((line) => line.startsWith('✗ '))
    .at(-1)
  if (said === undefined) return cause
  return new CordonError('service_failed', `The service ${name} did not come up: ${said.slice(2)}`, {
    hint: `run \`cordon doctor\` in its folder, or read \`cordon service logs ${words}\``,
    cause,
  })
}

// systemd.exec(5), "Process exit codes": EXIT_USER and EXIT_NAMESPACE.
const noNamespace = [217, 226]

const linesIn = (place: LogPlace, env: NodeJS.ProcessEnv) =>
  place.kind === 'file' ? lastLines(place.path, 30) : (ask(place.words, { env }) ?? '').split('\n')
