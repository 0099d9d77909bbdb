/**
 * The native library of the one binary. It travels inside the executable, and systems load libraries from files alone: it
 * is laid into the person's cache, below the hash of its content, and its every byte is compared before it is loaded.
 */
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { getRawAsset } from 'node:sea'
import { CordonError } from '../base/error.ts'
import { lstatIfThere, makePrivateFolder, privateFile, refuseSymlink, writeWhole } from '../base/file.ts'
import { cacheHomeOf } from '../base/paths.ts'

type Library = Pick<typeof import('@napi-rs/keyring'), 'AsyncEntry'>

/** Loads it. Throws `keyring_unavailable` where the cache is somebody else's, and what `writeWhole` throws. */
export function embeddedLibrary(): Library {
  const { exports }: { exports: Partial<Library> } = loaded(laid(Buffer.from(getRawAsset('keyring.node'))))
  const { AsyncEntry } = exports
  if (!AsyncEntry) throw new Error('the keyring library of this executable has no AsyncEntry')
  return { AsyncEntry }
}

function loaded(path: string): { exports: object } {
  const library = { exports: {} }
  process.dlopen(library, path)
  return library
}

/** The file that holds exactly these bytes. Whoever comes at the same time lays the same ones there. */
function laid(bytes: Buffer): string {
  const cache = cacheHomeOf(process.env)
  const folder = join(cache, 'cordon')
  makePrivateFolder(folder)
  for (const place of [cache, folder]) refuseForeign(place)
  const path = join(folder, `keyring-${createHash('sha256').update(bytes).digest('hex')}.node`)
  refuseSymlink(path)
  if (!lstatIfThere(path)?.isFile() || !readFileSync(path).equals(bytes)) writeWhole(path, bytes, privateFile)
  return path
}

// Under `sudo` the home may still be another user's, who could change the file between our look and the loading.
function refuseForeign(place: string): void {
  const owner = process.getuid?.()
  if (owner === undefined || (statSync(place).uid === owner && !isOpenToAll(place))) return
  throw new CordonError(
    'keyring_unavailable',
    `${place} is another user's, or open to all, and no library is loaded from there.`,
    {
      hint: 'run cordon as the user whose home this is, or set XDG_CACHE_HOME to a folder of your own',
    },
  )
}

const isOpenToAll = (place: string) => (statSync(place).mode & 0o002) !== 0
