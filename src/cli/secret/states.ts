import { CordonError } from '../../base/error.ts'
import type { SecretHolder } from '../../config/holders.ts'
import { mendOfSecret } from '../../proxy/secret-fault.ts'
import { openSecrets } from '../../secrets/secrets.ts'
import type { Sources } from '../../secrets/sources.ts'

/** What is known of a secret without showing it. */
export interface SecretState {
  /** Of the route, or of the proxy before cordon. */
  name: string
  source: string
  store: string
  account: string
  state: 'stored' | 'missing' | 'unreadable'
  /** Why it is not stored, for a person. */
  why?: string
  hint?: string
}

/** Reads every holder's secret and forgets it. Never rejects: a store that does not open is a state too. */
export async function secretStates(
  holders: readonly SecretHolder[],
  sources: Sources,
  timeoutMs: number,
): Promise<SecretState[]> {
  const secrets = openSecrets({ sources, timeoutMs })
  return Promise.all(
    holders.map(async ({ name, secret: place }): Promise<SecretState> => {
      const facts = { name, source: place.source, store: sources.of(place).label, account: place.account }
      try {
        await secrets.fetch(place)
        return { ...facts, state: 'stored' }
      } catch (cause) {
        if (!(cause instanceof CordonError)) throw cause
        const hint = cause.hint === undefined ? {} : { hint: mendOfSecret(cause, name, '') }
        return {
          ...facts,
          state: cause.code === 'secret_missing' ? 'missing' : 'unreadable',
          why: cause.message,
          ...hint,
        }
      }
    }),
  )
}
