/**
 * Secrets in a file of our own, for machines without a keyring: `secrets.age` and the identity that opens it, beside each
 * other in a private folder. The file is decrypted when it is first read and whenever it, or the identity, has changed;
 * in between a fetch is two looks at the disk.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CordonError } from '../base/error.ts'
import { privateFile, writeWhole } from '../base/file.ts'
import { oncePerTurn } from '../base/turn.ts'
import { type Accounts, openAccounts, sealAccounts } from './age-content.ts'
import {
  type AgePaths,
  expectPrivateFolder,
  isSameLook,
  type Look,
  look,
  readyFolder,
  unreadable,
} from './age-files.ts'
import { isProtected, type Keys, makeKeys, openKeys, protectedBy } from './age-identity.ts'
import { underLock } from './age-lock.ts'
import type { Secret } from './secret.ts'
import type { AgePlace, SecretSource } from './source.ts'

export interface AgeStore extends SecretSource<AgePlace> {
  /** Whether a passphrase is needed to read it. */
  protection(): Promise<'absent' | 'none' | 'passphrase'>
  /** Encrypts the identity to this passphrase instead of the one it had, if any. Makes an identity when there is none. */
  protect(passphrase: Secret): Promise<void>
  /** Writes the identity out plain, readable by its owner alone. False when it was that already, or there is none. */
  unprotect(): Promise<boolean>
}

/**
 * The store in `folder`, which need not exist yet. `askPassphrase` is called until it has given one. Throws `identity_missing`,
 * `identity_wrong`, `identity_corrupt`, `passphrase_wrong`, `store_corrupt`, `store_exposed`, `store_unreadable`,
 * `store_busy`, `store_unwritable`, `file_unwritable`, `symlink_refused`, and what `askPassphrase` throws.
 */
export function openAgeStore({
  folder,
  askPassphrase,
}: {
  folder: string
  askPassphrase: () => Promise<Secret>
}): AgeStore {
  const paths: AgePaths = { folder, secrets: join(folder, 'secrets.age'), identity: join(folder, 'secrets.identity') }
  let passphrase: Promise<Secret> | undefined
  const ask = () => {
    passphrase ??= askPassphrase().catch((cause) => {
      passphrase = undefined
      throw cause
    })
    return passphrase
  }
  const keysIn = remembered(async (seen: readonly Look[]) => {
    if (!seen[0]) throw identityMissing(paths)
    return openKeys(paths.identity, await read(paths.identity), ask)
  })
  const accountsIn = remembered(async ([secrets, identity]: readonly Look[]): Promise<Accounts> => {
    if (!secrets) return new Map()
    expectPrivateFolder(paths)
    return openAccounts(paths.secrets, await read(paths.secrets), await keysIn([identity]))
  })
  const looks = () => [look(paths.secrets), look(paths.identity)]
  const looksOfThisTurn = oncePerTurn(looks)
  const accounts = async () => accountsIn(looks())
  const keys = async () => keysIn([look(paths.identity)])

  /** The keys, made first where neither file is there: an identity that is gone must not be replaced by one that fits nothing. */
  async function keysForWriting(): Promise<Keys> {
    const secrets = look(paths.secrets)
    const identity = look(paths.identity)
    if (identity || secrets) return keysIn([identity])
    const made = await makeKeys()
    writeWhole(paths.identity, made.text.reveal(), privateFile)
    return made
  }

  async function change(edit: (accounts: Map<string, Secret>) => void): Promise<void> {
    readyFolder(paths)
    // A person may take long to type a passphrase: that is waited for before the lock, not within.
    await accounts()
    await underLock(paths.secrets, async (expectHeld) => {
      const keys = await keysForWriting()
      const edited = new Map(await accounts())
      edit(edited)
      const sealed = await sealAccounts(edited, keys)
      expectHeld()
      writeWhole(paths.secrets, sealed, privateFile)
    })
  }

  return {
    label: `the encrypted file ${paths.secrets}`,

    async fetch({ account }) {
      return (await accounts()).get(account)
    },

    held: ({ account }) => accountsIn.held(looksOfThisTurn())?.get(account),

    store: ({ account }, secret) => change((accounts) => accounts.set(account, secret)),

    async remove({ account }) {
      if (!(await accounts()).has(account)) return false
      let isRemoved = false
      await change((accounts) => {
        isRemoved = accounts.delete(account)
      })
      return isRemoved
    },

    async protection() {
      if (!look(paths.identity)) return 'absent'
      return isProtected(await read(paths.identity)) ? 'passphrase' : 'none'
    },

    async protect(next) {
      readyFolder(paths)
      if (look(paths.identity)) await keys()
      await underLock(paths.secrets, async (expectHeld) => {
        const sealed = await protectedBy(next, await keysForWriting())
        expectHeld()
        writeWhole(paths.identity, sealed, privateFile)
        passphrase = Promise.resolve(next)
      })
    },

    async unprotect() {
      if ((await this.protection()) !== 'passphrase') return false
      await keys()
      await underLock(paths.secrets, async (expectHeld) => {
        const { text } = await keys()
        expectHeld()
        writeWhole(paths.identity, text.reveal(), privateFile)
      })
      return true
    },
  }
}

/** What a function made of the files as they looked then. */
interface Remembered<T> {
  (seen: readonly Look[]): Promise<T>
  /** What it made of these files, if that is known already. */
  held(seen: readonly Look[]): T | undefined
}

/** Does `open` once for the same files as they look, and again when they look different or it had failed. */
function remembered<T>(open: (seen: readonly Look[]) => Promise<T>): Remembered<T> {
  let last: { seen: readonly Look[]; result: Promise<T>; made?: T } | undefined
  const isLast = (seen: readonly Look[]) => last?.seen.every((one, i) => isSameLook(one, seen[i]))
  const get = (seen: readonly Look[]) => {
    if (last && isLast(seen)) return last.result
    const opening: typeof last = { seen, result: open(seen) }
    last = opening
    opening.result.then(
      (made) => {
        opening.made = made
      },
      () => {
        if (last === opening) last = undefined
      },
    )
    return opening.result
  }
  return Object.assign(get, { held: (seen: readonly Look[]) => (isLast(seen) ? last?.made : undefined) })
}

function read(path: string): Promise<Buffer> {
  return readFile(path).catch((cause) => {
    throw unreadable(path, cause)
  })
}

function identityMissing({ secrets, identity }: AgePaths): CordonError {
  return new CordonError('identity_missing', `There is no ${identity}, and without it ${secrets} stays closed.`, {
    hint: 'put it back from a backup, or remove the encrypted file and store its secrets again',
  })
}
