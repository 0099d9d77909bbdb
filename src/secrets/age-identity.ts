/**
 * The identity file: the text that age-keygen writes, or that text encrypted to a passphrase, armored or not. Both open
 * the store by hand too: `age -d -i secrets.identity secrets.age`.
 *
 * Nothing here has a cause: a parser that fails tells what it stumbled over, and here that is a key.
 */
import { text as textOf } from 'node:stream/consumers'
import type { Decrypter } from 'age-encryption'
import { CordonError } from '../base/error.ts'
import { passphraseIdentity } from './age-passphrase.ts'
import { Secret } from './secret.ts'

/** The keys of an identity file, and the file's own text, which is as secret as they are. */
export interface Keys {
  text: Secret
  identities: readonly Secret[]
  recipients: readonly string[]
}

/** A new identity file's keys. Its text is what age-keygen would write. */
export async function makeKeys(): Promise<Keys> {
  const { generateX25519Identity, identityToRecipient } = await import('age-encryption')
  const identity = await generateX25519Identity()
  const recipient = await identityToRecipient(identity)
  const text = `# created: ${new Date().toISOString()}\n# public key: ${recipient}\n${identity}\n`
  return { text: new Secret(text), identities: [new Secret(identity)], recipients: [recipient] }
}

/** The keys in a file's bytes. Throws `identity_corrupt`, `passphrase_wrong`, and what `passphrase` throws. */
export async function openKeys(path: string, bytes: Buffer, passphrase: () => Promise<Secret>): Promise<Keys> {
  const text = isProtected(bytes) ? await decrypted(path, bytes, await passphrase()) : bytes.toString('utf8')
  const lines = text.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#'))
  if (lines.length === 0) throw corrupt(path)
  const { identityToRecipient } = await import('age-encryption')
  const recipients = await Promise.all(lines.map((line) => identityToRecipient(line))).catch(() => {
    throw corrupt(path)
  })
  return { text: new Secret(text), identities: lines.map((line) => new Secret(line)), recipients }
}

/** The bytes of an identity file that only opens with the passphrase. */
export async function protectedBy(passphrase: Secret, { text }: Keys): Promise<string> {
  const { Encrypter, armor } = await import('age-encryption')
  const encrypter = new Encrypter()
  encrypter.setPassphrase(passphrase.reveal())
  return armor.encode(await encrypter.encrypt(text.reveal()))
}

/** Whether these are the bytes of an encrypted identity. */
export function isProtected(bytes: Buffer): boolean {
  return bytes.subarray(0, 21).toString('latin1') === 'age-encryption.org/v1' || isArmored(bytes)
}

const isArmored = (bytes: Buffer) =>
  bytes.toString('latin1').trimStart().startsWith('-----BEGIN AGE ENCRYPTED FILE-----')

async function decrypted(path: string, bytes: Buffer, passphrase: Secret): Promise<string> {
  const { Decrypter, armor } = await import('age-encryption')
  const decrypter = new Decrypter()
  decrypter.addIdentity(passphraseIdentity(passphrase))
  try {
    return await decryptedText(decrypter, isArmored(bytes) ? armor.decode(bytes.toString('latin1')) : bytes)
  } catch (cause) {
    if (isNoMatch(cause))
      throw new CordonError('passphrase_wrong', `The passphrase does not open ${path}.`, {
        hint: 'run the command again with the other one',
      })
    throw corrupt(path)
  }
}

/** The text in an age file's bytes. They go in as a stream: the library takes bytes through `Response`, and Node loads all of `fetch` for it. */
export async function decryptedText(decrypter: Decrypter, bytes: Uint8Array): Promise<string> {
  return textOf(await decrypter.decrypt(ReadableStream.from([bytes])))
}

/** Whether the library found that none of the identities it was given fits the file. */
export function isNoMatch(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.message.startsWith('no identity matched')
}

function corrupt(path: string): CordonError {
  return new CordonError('identity_corrupt', `${path} is no age identity.`, {
    hint: 'put the right file back from a backup; without it the store stays closed',
  })
}
