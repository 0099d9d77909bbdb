/** What a person reads when the keyring gives nothing. The library's own words stay behind, as the cause. */
import { CordonError } from '../base/error.ts'
import type { NoAnswer } from './secret-service.ts'
import type { KeyringPlace } from './source.ts'

/** Every hint ends with the way out that needs no keyring. */
const toTheFile = 'keep the secret in the encrypted file: `cordon route edit ROUTE --source age`'
const ways = `start a keyring, or ${toTheFile}`

/** Nobody was there to ask (`keyring_unavailable`), or nobody answered in time (`secret_timeout`). */
export function unanswered(state: NoAnswer['state'], cause?: unknown): CordonError {
  switch (state) {
    case 'no-bus':
      return new CordonError('keyring_unavailable', 'There is no system keyring: this session has no D-Bus.', {
        hint: ways,
        cause,
      })
    case 'no-provider':
      return new CordonError('keyring_unavailable', 'There is no system keyring: no Secret Service is installed.', {
        hint: ways,
        cause,
      })
    case 'silent':
      return new CordonError('secret_timeout', 'The system keyring does not answer.', {
        hint: 'restart it, or log out and in again',
        cause,
      })
  }
}

export function noDefaultCollection(): CordonError {
  const hint = `make a keyring that is the default one (in Seahorse: Passwords and Keys), or ${toTheFile}`
  return new CordonError('keyring_unavailable', 'The system keyring has no default collection to put a secret in.', {
    hint,
  })
}

export function locked(cause?: unknown): CordonError {
  return new CordonError('keyring_locked', 'The system keyring is locked.', {
    hint: `unlock it by logging in to the desktop, or ${toTheFile}`,
    cause,
  })
}

export function ambiguous({ service, account }: KeyringPlace, count: number, cause: unknown): CordonError {
  const sentence = `The system keyring has ${count} entries for "${account}" of ${service}, and only one can be meant.`
  return new CordonError('keyring_ambiguous', sentence, {
    hint: `see them with \`secret-tool search --all service ${service} username ${account}\`, and remove all but one`,
    cause,
  })
}

export function kernelElsewhere(): CordonError {
  return new CordonError('keyring_unavailable', 'Only Linux has a kernel keyring.', {
    hint: 'take `store = "kernel"` out of the route',
  })
}

export function libraryMissing(cause: unknown): CordonError {
  const sentence = `The keyring library has no build for this machine (${process.platform}-${process.arch}).`
  return new CordonError('keyring_unavailable', sentence, {
    hint: `install cordon again with its optional dependencies, or ${toTheFile}`,
    cause,
  })
}

/** Whatever else went wrong. A failure that has a sentence already keeps it. */
export function failed({ service, account }: KeyringPlace, label: string, cause: unknown): CordonError {
  if (cause instanceof CordonError) return cause
  const hint = `see what its own program shows for this entry, or ${toTheFile}`
  return new CordonError('keyring_failed', `Something is wrong with "${account}" of ${service} in ${label}.`, {
    hint,
    cause,
  })
}
