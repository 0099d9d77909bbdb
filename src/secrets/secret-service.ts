/**
 * What the Secret Service of the session (GNOME Keyring, KWallet, KeePassXC) tells about itself without being made to
 * open a window: https://specifications.freedesktop.org/secret-service-spec/latest/. Secrets themselves go through the
 * keyring library.
 */

import { connectSessionBus } from './dbus.ts'
import { type Call, dictionaryBody, type Reader, stringsBody } from './dbus-message.ts'

/** Why there is no answer. `silent`: something is there, and it did not answer in time. */
export type NoAnswer = { state: 'no-bus' } | { state: 'no-provider' } | { state: 'silent' }

/** The collection that new entries go to. */
export type DefaultCollection = { state: 'open' } | { state: 'locked' } | { state: 'none' } | NoAnswer

/** How many entries with these attributes there are to read, and how many lie behind a lock. */
export type Found = { state: 'found'; unlocked: number; locked: number } | NoAnswer

const patienceMs = 1_500

/** Whether a secret could be stored now, without creating or unlocking anything. Never rejects; takes at most 1.5 s. */
export function askDefaultCollection(env: NodeJS.ProcessEnv): Promise<DefaultCollection> {
  return ask<DefaultCollection>(env, async (call) => {
    const alias = await call({ ...service, member: 'ReadAlias', signature: 's', body: stringsBody('default') })
    const path = alias.string()
    if (path === '/') return { state: 'none' }
    const body = stringsBody('org.freedesktop.Secret.Collection', 'Locked')
    const locked = await call({
      path,
      interface: 'org.freedesktop.DBus.Properties',
      member: 'Get',
      signature: 'ss',
      body,
    })
    return { state: locked.variant() === true ? 'locked' : 'open' }
  })
}

/** Looks for entries in all collections, locked ones too. Never rejects; takes at most 1.5 s. */
export function findEntries(env: NodeJS.ProcessEnv, attributes: Record<string, string>): Promise<Found> {
  return ask<Found>(env, async (call) => {
    const found = await call({
      ...service,
      member: 'SearchItems',
      signature: 'a{ss}',
      body: dictionaryBody(attributes),
    })
    const unlocked = found.paths().length
    return { state: 'found', unlocked, locked: found.paths().length }
  })
}

const service = { path: '/org/freedesktop/secrets', interface: 'org.freedesktop.Secret.Service' }

type Asking = (call: Omit<Call, 'destination'>) => Promise<Reader>

async function ask<Answer>(
  env: NodeJS.ProcessEnv,
  question: (call: Asking) => Promise<Answer>,
): Promise<Answer | NoAnswer> {
  try {
    using bus = await connectSessionBus(env, AbortSignal.timeout(patienceMs))
    if (!bus) return { state: 'no-bus' }
    return await question(async (call) => {
      const reply = await bus.call({ destination: 'org.freedesktop.secrets', ...call })
      if (reply.kind === 'error') throw new Refusal(reply.name)
      return reply.body
    })
  } catch (cause) {
    return { state: cause instanceof Refusal && isAbsence.test(cause.message) ? 'no-provider' : 'silent' }
  }
}

/** An error that a service, or the bus in its place, answered with; the message is the error's name. */
class Refusal extends Error {}

// ServiceUnknown: nobody has the name and nothing can be started that would; Spawn.*: it could not be started.
const isAbsence =
  /^org\.freedesktop\.DBus\.Error\.(ServiceUnknown|NameHasNoOwner|Spawn\..*|UnknownMethod|UnknownObject)$/
