import type { Scope } from '../../config/scope.ts'
import { definitionsOf, initSystemsOn } from '../../service/init-systems.ts'
import type { Context } from '../context.ts'
import { programFor } from './which.ts'

/** A service as it was found. */
export interface FoundService {
  name: string
  /** Whether it would be installed otherwise now. */
  isStale: boolean
  state: 'running' | 'starting' | 'stopped' | 'failed'
}

/** The services of this user that run the configuration of a scope. */
export function servicesFound(context: Context, scope: Scope): FoundService[] {
  const { user: init } = initSystemsOn(context.env)
  return definitionsOf(init, 'cordon-').flatMap(({ id, text }) => {
    const { config, passphraseFile, namespaces } = init.notesIn(text)
    if (config !== scope.configPath) return []
    const options = {
      id,
      init,
      ...(passphraseFile !== undefined && { passphraseFile }),
      namespaces: namespaces !== 'no',
    }
    const isStale = init.render(programFor(context, scope, options)) !== text
    return [{ name: id.slice('cordon-'.length), isStale, state: init.state(id).state }]
  })
}
