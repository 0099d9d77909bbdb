/**
 * The way of a secret into a request. Requests that want the same secret at the same time share one read of its store;
 * a store that hangs costs each of them its deadline, and never more than four reads a place.
 */
import { CordonError } from '../base/error.ts'
import { type Log, silentLog } from '../base/log.ts'
import type { Secret } from './secret.ts'
import type { SecretPlace } from './source.ts'
import type { Sources } from './sources.ts'
import { acceptValue } from './value.ts'

export interface Secrets {
  /** The value where the store has it at hand, and no wait is needed to know that it is still the one. */
  held(place: SecretPlace): Secret | undefined
  /**
   * The value as it lies in its store now, fit for a field. Throws `secret_missing`, `secret_unfit`, `secret_timeout`,
   * and whatever the store has to say. The hint of the first two is left to the caller, who knows the route.
   */
  fetch(place: SecretPlace): Promise<Secret>
}

/** All that is known of one place. `underWay` counts its reads that have not ended, those given up on too. */
interface Desk {
  place: SecretPlace
  sharedRead: Promise<Secret> | undefined
  underWay: number
  isNoticed: boolean
  /** The value that was looked at last, and what came of it. */
  accepted: { value: Secret; secret: Secret } | undefined
}

const mostUnderWay = 4

/** `timeoutMs` is how long one fetch may take. */
export function openSecrets({
  sources,
  timeoutMs,
  log = silentLog,
}: {
  sources: Sources
  timeoutMs: number
  log?: Log
}): Secrets {
  const deskOf = openDesks()

  async function read(desk: Desk): Promise<Secret> {
    const { place } = desk
    const source = sources.of(place)
    const deadline = Promise.withResolvers<never>()
    const abort = new AbortController()
    const timer = setTimeout(() => {
      deadline.reject(tooLate(place, source.label, timeoutMs))
      abort.abort()
    }, timeoutMs)
    try {
      const value = await Promise.race([counted(desk, source.fetch(place, abort.signal)), deadline.promise])
      if (!value) throw new CordonError('secret_missing', `There is no secret "${place.account}" in ${source.label}.`)
      return fit(desk, value, source.label)
    } finally {
      clearTimeout(timer)
      desk.sharedRead = undefined
    }
  }

  function fit(desk: Desk, value: Secret, label: string): Secret {
    if (value === desk.accepted?.value) return desk.accepted.secret
    const { secret, notice } = acceptValue(value.reveal(), `The secret "${desk.place.account}" in ${label}`)
    if (notice && !desk.isNoticed) log.warn({ account: desk.place.account }, notice)
    desk.isNoticed ||= notice !== undefined
    desk.accepted = { value, secret }
    return secret
  }

  function held(place: SecretPlace): Secret | undefined {
    const source = sources.of(place)
    const value = source.held?.(place)
    return value && fit(deskOf(place), value, source.label)
  }

  return {
    held,
    async fetch(place) {
      const atHand = held(place)
      if (atHand) return atHand
      const desk = deskOf(place)
      if (desk.sharedRead) return desk.sharedRead
      if (desk.underWay >= mostUnderWay) throw tooLate(place, sources.of(place).label, timeoutMs)
      desk.sharedRead = read(desk)
      return desk.sharedRead
    },
  }
}

/** One desk for all equal places, found at once for a place that was seen before. */
function openDesks(): (place: SecretPlace) => Desk {
  const byPlace = new WeakMap<SecretPlace, Desk>()
  const byContent = new Map<string, Desk>()
  return (place) => {
    const known = byPlace.get(place)
    if (known) return known
    const content = JSON.stringify(Object.entries(place).sort())
    const desk = byContent.get(content) ?? {
      place,
      sharedRead: undefined,
      underWay: 0,
      isNoticed: false,
      accepted: undefined,
    }
    byContent.set(content, desk)
    byPlace.set(place, desk)
    return desk
  }
}

function counted<T>(desk: Desk, reading: Promise<T>): Promise<T> {
  const ended = () => {
    desk.underWay -= 1
  }
  desk.underWay += 1
  reading.then(ended, ended)
  return reading
}

// Of the encrypted file no window asks; opening one that has a passphrase takes scrypt about a second of a free core.
function tooLate({ account, source }: SecretPlace, label: string, timeoutMs: number): CordonError {
  const sentence = `The secret "${account}" did not come out of ${label} within ${timeoutMs / 1000} s.`
  return new CordonError('secret_timeout', sentence, {
    hint:
      source === 'keyring'
        ? 'see whether a window asks for its password, unlock it, then try again'
        : 'try again when the machine is less busy, or raise `timeout` in `[secrets]` of cordon.toml',
  })
}
