/**
 * The keyring of the operating system: Secret Service, Keychain, Credential Manager. On Linux the library is pinned to
 * one store, because left alone it falls back to the kernel keyring, which is empty again after a reboot.
 *
 * The Secret Service is asked before the library is: of a locked entry the library makes a window, which no agent's
 * request may do, and when the service is silent it holds the event loop for 2 s.
 */
import { unwrapGoKeyring } from './go-keyring.ts'
import { ambiguous, failed, kernelElsewhere, locked, noDefaultCollection, unanswered } from './keyring-fault.ts'
import { type Store, withEntry } from './keyring-library.ts'
import { Secret } from './secret.ts'
import { askDefaultCollection, findEntries } from './secret-service.ts'
import type { KeyringPlace, SecretSource } from './source.ts'

export interface Keyring extends SecretSource<KeyringPlace> {
  /** Whether a secret could be stored now. Creates nothing, opens no window, never rejects, takes at most 1.5 s. */
  canOpen(): Promise<{ opens: true } | { opens: false; why: string }>
}

const isLinux = process.platform === 'linux'
const labels: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'the macOS Keychain',
  win32: 'the Windows Credential Manager',
}

/** The keyring of the person's session. Throws `keyring_unavailable`, `keyring_locked`, `keyring_failed`, `secret_timeout`. */
export const systemKeyring: Keyring = {
  label: labels[process.platform] ?? 'the system keyring',

  async fetch(place, signal) {
    if (isLinux && !(await isThere(place))) return undefined
    return readEntry(place, 'secret-service', signal).catch((cause) => explain(place, cause))
  },

  async store(place, secret) {
    if (isLinux) await expectHome()
    await withEntry(place, 'secret-service', (entry) => entry.setPassword(secret.reveal())).catch((cause) =>
      explain(place, cause),
    )
  },

  async remove(place) {
    if (isLinux && !(await isThere(place))) return false
    return withEntry(place, 'secret-service', (entry) => entry.deleteCredential()).catch((cause) =>
      explain(place, cause),
    )
  },

  async canOpen() {
    if (!isLinux) return { opens: true }
    const collection = await askDefaultCollection(process.env)
    switch (collection.state) {
      case 'open':
        return { opens: true }
      case 'locked':
        return { opens: false, why: 'the system keyring is locked' }
      case 'none':
        return { opens: false, why: 'the system keyring has no default collection' }
      case 'no-bus':
        return { opens: false, why: 'there is no system keyring: this session has no D-Bus' }
      case 'no-provider':
        return { opens: false, why: 'there is no system keyring: no Secret Service is installed' }
      case 'silent':
        return { opens: false, why: 'the system keyring does not answer' }
    }
  },
}

/** The kernel keyring of Linux, for who names it. Throws `keyring_unavailable`, `keyring_failed`. */
export const kernelKeyring: SecretSource<KeyringPlace> = {
  label: 'the kernel keyring',
  fetch: (place, signal) => inKernel(place, () => readEntry(place, 'keyutils', signal)),
  store: (place, secret) =>
    inKernel(place, () => withEntry(place, 'keyutils', (entry) => entry.setPassword(secret.reveal()))),
  remove: (place) => inKernel(place, () => withEntry(place, 'keyutils', (entry) => entry.deleteCredential())),
}

async function inKernel<T>(place: KeyringPlace, work: () => Promise<T>): Promise<T> {
  if (!isLinux) throw kernelElsewhere()
  return work().catch((cause) => {
    throw failed(place, 'the kernel keyring', cause)
  })
}

async function readEntry(
  place: KeyringPlace,
  store: Store,
  signal: AbortSignal | undefined,
): Promise<Secret | undefined> {
  const value = await withEntry(place, store, (entry) => entry.getPassword(signal), signal)
  if (value === null) return undefined
  return new Secret(place.decode === 'go-keyring' ? unwrapGoKeyring(value, place) : value)
}

/** Whether there is an entry to read. Throws `keyring_locked` when there is one behind a lock. */
async function isThere(place: KeyringPlace): Promise<boolean> {
  const found = await findEntries(process.env, attributesOf(place))
  if (found.state !== 'found') throw unanswered(found.state)
  if (found.unlocked === 0 && found.locked > 0) throw locked()
  return found.unlocked > 0
}

/** New entries go to the default collection. A locked one is no failure yet: who stores is there to unlock it. */
async function expectHome(): Promise<void> {
  const { state } = await askDefaultCollection(process.env)
  if (state === 'none') throw noDefaultCollection()
  if (state !== 'open' && state !== 'locked') throw unanswered(state)
}

// The library tells its failures apart by English text alone, so the service is asked what the matter was.
async function explain(place: KeyringPlace, cause: unknown): Promise<never> {
  if (!isLinux) throw failed(place, systemKeyring.label, cause)
  const collection = await askDefaultCollection(process.env)
  if (collection.state === 'locked') throw locked(cause)
  if (collection.state !== 'open' && collection.state !== 'none') throw unanswered(collection.state, cause)
  const found = await findEntries(process.env, attributesOf(place))
  if (found.state === 'found' && found.unlocked > 1) throw ambiguous(place, found.unlocked, cause)
  throw failed(place, systemKeyring.label, cause)
}

const attributesOf = ({ service, account }: KeyringPlace) => ({ service, username: account })
