/** `start`, `stop` and `restart`, which differ in a word. */
import { Command } from 'commander'
import { carryOut } from '../../service/steps.ts'
import { type Context, scopeIn } from '../context.ts'
import { whyNotUp } from './last-words.ts'
import { untilUp } from './until-up.ts'
import { installedIn, ofService, type ServiceOptions } from './which.ts'

export const serviceStart = (context: Context) => turn(context, 'start', 'start it', 'runs')
export const serviceStop = (context: Context) =>
  turn(context, 'stop', 'stop it until it is started again', 'is stopped')
export const serviceRestart = (context: Context) =>
  turn(context, 'restart', 'stop it and start it again', 'runs, started anew')

type Verb = 'start' | 'stop' | 'restart'

function turn(context: Context, verb: Verb, summary: string, outcome: string): Command {
  return ofService(new Command(verb))
    .summary(summary)
    .action((name: string | undefined, options: ServiceOptions) => carryOutVerb(context, verb, outcome, name, options))
}

/** Throws `service_missing`, `init_missing` and `service_failed`. */
async function carryOutVerb(
  context: Context,
  verb: Verb,
  outcome: string,
  name: string | undefined,
  options: ServiceOptions,
): Promise<void> {
  const { terminal, env } = context
  const service = installedIn(context, name, options)
  const { init, id, definition } = service
  init.expect()
  const before = init.state(id).state
  if ((verb === 'start' && before === 'running') || (verb === 'stop' && before === 'stopped'))
    return terminal.done(`The service ${service.name} ${outcome} already.`)
  try {
    carryOut(init[verb](id), env)
    if (verb !== 'stop') await untilUp(service, folderOf(context, init.notesIn(definition.text)))
  } catch (cause) {
    throw whyNotUp(service, cause, env)
  }
  terminal.done(`The service ${service.name} ${outcome}.`)
}

/** The folder of the scope that a service was installed for. */
const folderOf = (context: Context, { config }: Readonly<Record<string, string>>) =>
  scopeIn(context, config === undefined ? {} : { config }).folder
