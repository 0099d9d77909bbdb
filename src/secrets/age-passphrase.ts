/**
 * A passphrase as an age identity: the scrypt recipient stanza of the age v1 format (https://age-encryption.org/v1). The
 * library has one too, which holds the event loop for over a second; this one leaves the work to a thread.
 */
import { createDecipheriv, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import type { Identity, Stanza } from 'age-encryption'
import type { Secret } from './secret.ts'

const label = 'age-encryption.org/v1/scrypt'
// As in age itself: a header must not be able to ask for any amount of memory.
const mostWork = 20
const derive = promisify<Buffer, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt)

/** The identity of whoever knows the passphrase. */
export function passphraseIdentity(passphrase: Secret): Identity {
  return {
    async unwrapFileKey([stanza, ...others]: Stanza[]) {
      if (others.length > 0 || !stanza || stanza.args[0] !== 'scrypt') return null
      const [, salt = '', work = ''] = stanza.args
      if (!/^[1-9]\d?$/.test(work) || Number(work) > mostWork || stanza.body.length !== 32)
        throw new Error('invalid scrypt stanza')
      const N = 2 ** Number(work)
      const salted = Buffer.concat([Buffer.from(label), Buffer.from(salt, 'base64')])
      const key = await derive(Buffer.from(passphrase.reveal(), 'utf8'), salted, 32, {
        N,
        r: 8,
        p: 1,
        maxmem: 2 * 128 * 8 * N,
      })
      return unsealed(stanza.body, key)
    },
  }
}

/** The file key in a stanza's body, or null when the key, and so the passphrase, is another one. */
function unsealed(body: Uint8Array, key: Buffer): Uint8Array | null {
  const decipher = createDecipheriv('chacha20-poly1305', key, Buffer.alloc(12), { authTagLength: 16 })
  decipher.setAuthTag(body.subarray(16))
  const fileKey = decipher.update(body.subarray(0, 16))
  try {
    decipher.final()
    return fileKey
  } catch {
    return null
  }
}
