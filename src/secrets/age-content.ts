/**
 * What lies inside the encrypted file: a JSON object, account to value. As with the identity, nothing here has a cause,
 * because a JSON parser quotes the text it cannot read.
 */
import { CordonError } from '../base/error.ts'
import { decryptedText, isNoMatch, type Keys } from './age-identity.ts'
import { Secret } from './secret.ts'

export type Accounts = ReadonlyMap<string, Secret>

/** The accounts in an age file's bytes. Throws `identity_wrong` and `store_corrupt`. */
export async function openAccounts(path: string, bytes: Buffer, keys: Keys): Promise<Accounts> {
  const { Decrypter } = await import('age-encryption')
  const decrypter = new Decrypter()
  for (const identity of keys.identities) decrypter.addIdentity(identity.reveal())
  try {
    return parse(await decryptedText(decrypter, bytes))
  } catch (cause) {
    if (isNoMatch(cause))
      throw new CordonError('identity_wrong', `${path} is encrypted to another identity than the one beside it.`, {
        hint: 'put the identity back that belongs to it',
      })
    throw new CordonError('store_corrupt', `${path} is damaged, or is no age file with secrets in it.`, {
      hint: `put a backup in its place, or remove it and store the secrets again`,
    })
  }
}

/** The accounts as the bytes of an age file that these keys open. */
export async function sealAccounts(accounts: Accounts, keys: Keys): Promise<Buffer> {
  const { Encrypter } = await import('age-encryption')
  const encrypter = new Encrypter()
  for (const recipient of keys.recipients) encrypter.addRecipient(recipient)
  const values = Object.fromEntries([...accounts].map(([account, secret]) => [account, secret.reveal()]))
  return Buffer.from(await encrypter.encrypt(`${JSON.stringify(values, null, 2)}\n`))
}

function parse(text: string): Accounts {
  const values: unknown = JSON.parse(text)
  if (typeof values !== 'object' || values === null || Array.isArray(values)) throw new TypeError('not an object')
  return new Map(Object.entries(values).map(([account, value]) => [account, secretOf(value)]))
}

function secretOf(value: unknown): Secret {
  if (typeof value !== 'string') throw new TypeError('not a string')
  return new Secret(value)
}
