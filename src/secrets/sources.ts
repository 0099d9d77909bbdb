import { type AgeStore, openAgeStore } from './age.ts'
import { type Keyring, kernelKeyring, systemKeyring } from './keyring.ts'
import type { Secret } from './secret.ts'
import type { SecretPlace, SecretSource } from './source.ts'

/** Every kind of place there is, opened when it is first used. */
export interface Sources {
  of(place: SecretPlace): SecretSource<SecretPlace>
  readonly keyring: Keyring
  readonly age: AgeStore
}

/** `folder` is the one that holds the encrypted file; `askPassphrase` is called once it is needed. */
export function openSources({
  folder,
  askPassphrase,
}: {
  folder: string
  askPassphrase: () => Promise<Secret>
}): Sources {
  const age = openAgeStore({ folder, askPassphrase })
  return {
    keyring: systemKeyring,
    age,
    of(place) {
      switch (place.source) {
        case 'keyring':
          return place.store === 'kernel' ? kernelKeyring : systemKeyring
        case 'age':
          return age
      }
    },
  }
}

/** The source for a route that names none, and one sentence for the person about it; `what` is its subject. */
export async function chooseSource(
  { keyring, age }: Sources,
  what: 'Its secret goes' | 'Their secret goes' | 'Their secrets go' | 'New secrets go' = 'Its secret goes',
): Promise<{ source: 'keyring' | 'age'; why: string }> {
  const answer = await keyring.canOpen()
  if (answer.opens) return { source: 'keyring', why: `${what} to ${keyring.label}, which opens on this machine.` }
  return { source: 'age', why: `${what} to ${age.label}, because ${answer.why}.` }
}
