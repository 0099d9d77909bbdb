import { Command } from 'commander'
import { CordonError } from '../../base/error.ts'
import type { Context } from '../context.ts'
import { installedIn, ofService, type ServiceOptions } from './which.ts'

export const serviceStatus = (context: Context) =>
  ofService(new Command('status'))
    .summary('tell whether it runs')
    .description('Tell whether the service runs. Exit code 0 when it does, 5 when not.')
    .option('--json', 'print JSON')
    .action((name: string | undefined, options: ServiceOptions) => status(context, name, options))

/** Throws `service_missing`, `init_missing`, and `proxy_stopped` when it does not run. */
function status(context: Context, typed: string | undefined, options: ServiceOptions): void {
  const { name, words, id, init, definition } = installedIn(context, typed, options)
  init.expect()
  const state = init.state(id)
  if (state.state === 'running') {
    const facts = { name, ...state, config: init.notesIn(definition.text)['config'], file: definition.path }
    if (options.json) return context.terminal.answer(JSON.stringify(facts, null, 2))
    const since = state.since === undefined ? '' : `, since ${state.since}`
    const process = state.pid === undefined ? '' : ` (process ${state.pid}${since})`
    return context.terminal.answer(
      `The service ${name} runs${process}, and starts by itself ${init.startsWhen}: ${facts.config}.`,
    )
  }
  throw new CordonError('proxy_stopped', sentenceFor(name, state), {
    hint: state.state === 'stopped' ? `run \`cordon service start ${words}\`` : `read \`cordon service logs ${words}\``,
  })
}

function sentenceFor(
  name: string,
  state: { state: 'starting' | 'stopped' } | { state: 'failed'; why: string },
): string {
  switch (state.state) {
    case 'starting':
      return `The service ${name} is about to start, or to start again after it failed.`
    case 'stopped':
      return `The service ${name} does not run.`
    case 'failed':
      return `The service ${name} failed (${state.why}).`
  }
}
