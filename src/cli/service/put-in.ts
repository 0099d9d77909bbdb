import type { Config } from '../../config/config.ts'
import { carryOut, type Step, takeBack } from '../../service/steps.ts'
import type { Context } from '../context.ts'
import { whyNotUp } from './last-words.ts'
import { untilUp } from './until-up.ts'
import type { Service } from './which.ts'

/** Carries out the installation, or nothing of it: `undo` is done where it fails. Says what is true then. */
export async function putIn(
  { env, terminal }: Context,
  service: Service,
  config: Config,
  folder: string,
  steps: Step[],
  undo: Step[],
): Promise<void> {
  const { init, id, name, definition } = service
  try {
    carryOut(steps, env)
    await untilUp(service, folder)
  } catch (cause) {
    const words = whyNotUp(service, cause, env)
    takeBack(undo, env)
    throw words
  }
  terminal.done(`${definition ? 'Renewed' : 'Installed'} the service ${name}: ${init.pathOf(id)}.`)
  terminal.done(`It listens on 127.0.0.1:${config.listen}, and starts by itself ${init.startsWhen}.`)
}
