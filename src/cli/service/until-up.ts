import { setTimeout as sleep } from 'node:timers/promises'
import { CordonError } from '../../base/error.ts'
import { askStatus } from '../../control/ask.ts'
import type { Service } from './which.ts'

const withinMs = 45_000
const everyMs = 50
/** A process that ended may be one of before, and its next one not yet begun. */
const restMs = 3000

/**
 * Resolves once the proxy of a service answers, where its init system does not wait for that itself. Throws `service_failed`
 * when it has ended, or the time is up. `folder` is that of its scope.
 */
export async function untilUp(
  { init, id, name }: Pick<Service, 'init' | 'id' | 'name'>,
  folder: string,
): Promise<void> {
  if (init.waitsUntilUp) return
  const begun = performance.now()
  let lastSeen = begun
  while (!(await askStatus(folder))) {
    const { state } = init.state(id)
    const now = performance.now()
    if (state === 'running' || state === 'starting') lastSeen = now
    const hasEnded = now - lastSeen > restMs
    if (hasEnded || now - begun > withinMs)
      throw new CordonError('service_failed', `The service ${name} ${hasEnded ? 'has ended' : 'does not answer'}.`, {
        hint: `read \`cordon service logs ${name}\``,
      })
    await sleep(everyMs)
  }
}
