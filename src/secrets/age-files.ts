/**
 * The two files of the encrypted store. They are looked at for every secret that is fetched, so the looking is two calls
 * to the system, and what the person is told is put together only when something is wrong.
 */
import { type BigIntStats, lstatSync } from 'node:fs'
import { CordonError, sentenceOf } from '../base/error.ts'
import { lstatIfThere, makePrivateFolder, privateFile, privateFolder } from '../base/file.ts'

export interface AgePaths {
  folder: string
  /** The age file: a JSON object, account to value. */
  secrets: string
  /** The age identity that opens it, as age-keygen writes it, or that text encrypted to a passphrase. */
  identity: string
}

/** What a file was when it was looked at; undefined when there was none. */
export type Look = BigIntStats | undefined

/**
 * Looks at a file without following a link. Synchronous: the two looks of a fetch take 4 µs this way, and 40 µs through
 * the thread pool. Throws `symlink_refused`, `store_exposed`, `store_unreadable`.
 */
export function look(path: string): Look {
  const stats = statsOf(path)
  const fault = stats && faultOf(path, Number(stats.mode), stats.isSymbolicLink(), privateFile)
  if (fault) throw fault
  return stats
}

function statsOf(path: string): Look {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false })
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

/** True when both are the same file with the same content: whoever writes it anew changes at least one of the four. */
export function isSameLook(one: Look, other: Look): boolean {
  if (!one || !other) return one === other
  return (
    one.ino === other.ino && one.size === other.size && one.mtimeNs === other.mtimeNs && one.ctimeNs === other.ctimeNs
  )
}

/** Throws `symlink_refused` or `store_exposed` when another user could change what lies in the folder. */
export function expectPrivateFolder({ folder }: AgePaths): void {
  const stats = lstatIfThere(folder)
  const fault = stats && faultOf(folder, stats.mode, stats.isSymbolicLink(), privateFolder)
  if (fault) throw fault
}

/** Makes the folder for a first secret, or tightens one that other programs made; a store that is there must be private. Throws `store_unwritable`. */
export function readyFolder(paths: AgePaths): void {
  const seen = [look(paths.secrets), look(paths.identity)]
  if (seen.every((one) => one === undefined) && !lstatIfThere(paths.folder)?.isSymbolicLink()) makeFolderOf(paths)
  expectPrivateFolder(paths)
}

function makeFolderOf({ folder }: AgePaths): void {
  try {
    makePrivateFolder(folder)
  } catch (cause) {
    throw new CordonError('store_unwritable', `${folder} cannot be made: ${sentenceOf(cause)}.`, {
      hint: 'make room or mend the permissions of the folder above it, then run the command again',
      cause,
    })
  }
}

function faultOf(path: string, mode: number, isSymbolicLink: boolean, wanted: number): CordonError | undefined {
  if (isSymbolicLink) {
    return new CordonError('symlink_refused', `${path} is a symbolic link, and cordon does not follow one there.`, {
      hint: `look where it leads with \`ls -l ${path}\`, then remove it`,
    })
  }
  // Windows has no such bits: there a user's own folder is private by its inherited access list.
  if ((mode & 0o077) === 0 || process.platform === 'win32') return undefined
  const found = (mode & 0o777).toString(8)
  return new CordonError('store_exposed', `${path} is open to other users (mode ${found}).`, {
    hint: `close it with \`chmod ${wanted.toString(8)} ${path}\`, and think of its secrets as read by others`,
  })
}

/** For a file that is there and cannot be read. */
export function unreadable(path: string, cause: unknown): CordonError {
  return new CordonError('store_unreadable', `${path} cannot be read: ${sentenceOf(cause)}.`, {
    hint: `look at it with \`ls -l ${path}\``,
    cause,
  })
}
