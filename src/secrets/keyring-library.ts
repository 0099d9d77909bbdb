/**
 * The native library, loaded when a secret is first wanted from it. Each of its calls holds one of the four threads that
 * Node has for files and names too, and no signal ends a call that hangs: so there are never more than two at a time.
 */
import { isSea } from 'node:sea'
import type { AsyncEntry } from '@napi-rs/keyring'
import { CordonError } from '../base/error.ts'
import { libraryMissing } from './keyring-fault.ts'
import type { KeyringPlace } from './source.ts'

/** Which store of Linux an entry is pinned to; other systems have one. */
export type Store = 'secret-service' | 'keyutils'

/** Does one thing with an entry. Rejects with `signal`'s reason when it aborts before the turn has come. */
export async function withEntry<T>(
  place: KeyringPlace,
  store: Store,
  work: (entry: AsyncEntry) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const key = JSON.stringify([store, place.service, place.account])
  await turn(signal)
  try {
    const known = entries.get(key)
    // An entry belongs to a session of its Secret Service, and is of no use once the service has been restarted.
    return await (known
      ? work(known).catch(async () => work(await newEntry(key, place, store)))
      : work(await newEntry(key, place, store)))
  } finally {
    endTurn()
  }
}

// Making an entry negotiates a session with the Secret Service: 6 ms, in which nothing else runs.
const entries = new Map<string, AsyncEntry>()

async function newEntry(key: string, { service, account }: KeyringPlace, store: Store): Promise<AsyncEntry> {
  entries.delete(key)
  const { AsyncEntry } = await library().catch((cause) => {
    throw cause instanceof CordonError ? cause : libraryMissing(cause)
  })
  const entry = new AsyncEntry(service, account, { linux: { store } })
  entries.set(key, entry)
  return entry
}

const library = async () =>
  isSea() ? (await import('./keyring-embedded.ts')).embeddedLibrary() : import('@napi-rs/keyring')

const mostAtOnce = 2
const waiting = new Set<() => void>()
let atWork = 0

async function turn(signal: AbortSignal | undefined): Promise<void> {
  while (atWork >= mostAtOnce) {
    const { promise, resolve } = Promise.withResolvers<void>()
    waiting.add(resolve)
    signal?.addEventListener('abort', () => resolve(), { once: true })
    await promise
    waiting.delete(resolve)
    signal?.throwIfAborted()
  }
  atWork += 1
}

function endTurn(): void {
  atWork -= 1
  for (const next of waiting) return next()
}
