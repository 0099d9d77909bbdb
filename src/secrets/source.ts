import type { Secret } from './secret.ts'

/** Where one secret lies, as `auth.secret` of a route says it. A new source is a new member here and a file beside. */
export type SecretPlace = KeyringPlace | AgePlace

export interface KeyringPlace {
  source: 'keyring'
  service: string
  account: string
  /** `go-keyring`: the value is wrapped as that library wraps it (`go-keyring-base64:` or `go-keyring-encoded:`). */
  decode?: 'go-keyring'
  /** Linux only, and only when a person names it: the kernel keyring loses its content at reboot. */
  store?: 'kernel'
}

export interface AgePlace {
  source: 'age'
  account: string
}

/**
 * One kind of place. Absence is `undefined`; a store that is locked, missing or broken throws a `CordonError` with code
 * `keyring_unavailable`, `store_locked`, `store_unreadable`, ... whose sentence a person can act on.
 */
export interface SecretSource<Place extends SecretPlace> {
  /** As a sentence says it: `the system keyring`, `the encrypted file /home/sam/.config/cordon/secrets.age`. */
  readonly label: string
  /** The value as it lies there. A source leaves its queue when `signal` aborts; a read that has begun may outlast it. */
  fetch(place: Place, signal?: AbortSignal): Promise<Secret | undefined>
  /** The value, where the source can tell without waiting that what it has in memory is what lies there. */
  held?(place: Place): Secret | undefined
  /** Puts the value in place of an older one, whole or not at all. */
  store(place: Place, secret: Secret): Promise<void>
  /** True when there was one to remove. */
  remove(place: Place): Promise<boolean>
}
