import { isUtf8 } from 'node:buffer'
import { chmodSync, realpathSync, rmdirSync, rmSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { CordonError, sentenceOf, systemCodeOf } from '../base/error.ts'
import { lstatIfThere, makeFolder, modeOf, privateFolder, readBytesIfThere, writeWhole } from '../base/file.ts'

/** What a file shall hold; `undefined` for no file at all. */
export interface Write {
  path: string
  text: string | undefined
  mode: number
}

/** Carries out all the writes or none: should one fail, those before it are taken back, and its error is thrown. */
export function writeAll(writes: readonly Write[]): void {
  const done: Write[] = []
  try {
    for (const one of writes) {
      done.push({ path: one.path, text: readText(one.path), mode: modeOf(one.path) ?? one.mode })
      write(one)
    }
  } catch (cause) {
    takeBack(done, cause)
    throw cause
  }
}

// What failed was not changed itself, so its own step back may fail for the same reason.
function takeBack(done: Write[], why: unknown): void {
  for (const before of done.toReversed()) {
    try {
      if (readText(before.path) !== before.text || modeOf(before.path) !== before.mode) write(before)
    } catch (cause) {
      throw new CordonError(
        'rollback_failed',
        `${before.path} could not be put back after a failure (${sentenceOf(why)}).`,
        { hint: 'mend that, then run `cordon integration disable codex`', cause },
      )
    }
  }
}

// Of a file that a person moved and put a link to in its place, what goes is the file, and the link with it.
function write({ path, text, mode }: Write): void {
  if (text !== undefined) return writeWhole(path, text, mode)
  if (lstatIfThere(path)?.isSymbolicLink() && readBytesIfThere(path)) rmSync(realpathSync(path))
  rmSync(path, { force: true })
}

/** The first symbolic link on the way from a folder to a path below it; a path outside the folder has none. */
export function linkBelow(folder: string, path: string): string | undefined {
  const below = relative(folder, path)
  if (below.startsWith('..') || isAbsolute(below)) return undefined
  const names = below.split(sep)
  const ways = names.map((_, index) => join(folder, ...names.slice(0, index + 1)))
  return ways.find((way) => lstatIfThere(way)?.isSymbolicLink())
}

/**
 * The text of a file, to be written back byte for byte; undefined when there is none. Throws `file_unreadable`, also for
 * bytes that are no UTF-8, because they would not survive.
 */
export function readText(path: string): string | undefined {
  const bytes = readBytesIfThere(path)
  if (bytes === undefined) return undefined
  if (isUtf8(bytes)) return bytes.toString('utf8')
  throw new CordonError('file_unreadable', `${path} is not UTF-8 text, and cordon would damage it.`, {
    hint: 'save it as UTF-8, then run the command again',
  })
}

/** The folders above these files that do not exist yet, outermost first. */
export function missingFolders(paths: readonly string[]): string[] {
  const missing = new Set<string>()
  for (const path of paths) {
    for (let folder = dirname(path); !lstatIfThere(folder); folder = dirname(folder)) missing.add(folder)
  }
  return [...missing].sort((one, other) => one.length - other.length)
}

/** Makes the folders, each for its owner alone. */
export function makeFolders(folders: readonly string[]): void {
  for (const folder of folders) {
    makeFolder(folder, privateFolder)
    chmodSync(folder, privateFolder)
  }
}

/** Removes those of the folders that are empty, innermost first. */
export function removeEmptyFolders(folders: readonly string[]): void {
  for (const folder of folders.toReversed()) {
    try {
      rmdirSync(folder)
    } catch (cause) {
      if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(systemCodeOf(cause) ?? '')) throw cause
    }
  }
}
