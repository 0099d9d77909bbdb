/**
 * Files that are written whole or not at all, and that only their owner may read.
 */
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { sync as writeFileAtomicSync } from 'write-file-atomic'
import { CordonError, sentenceOf, systemCodeOf } from './error.ts'

export const privateFile = 0o600
export const privateFolder = 0o700

/** The text of a file, or undefined when there is none. Throws `file_unreadable`. */
export function readIfThere(path: string): string | undefined {
  return readBytesIfThere(path)?.toString('utf8')
}

/** The same for what need not be text. */
export function readBytesIfThere(path: string): Buffer | undefined {
  try {
    return readRegular(path)
  } catch (cause) {
    if (systemCodeOf(cause) === 'ENOENT' || systemCodeOf(cause) === 'ENOTDIR') return undefined
    throw new CordonError('file_unreadable', `${path} cannot be read: ${sentenceOf(cause)}.`, {
      hint: `look at it with \`ls -l ${path}\``,
      cause,
    })
  }
}

/**
 * The bytes of a regular file. A pipe in its place would hold the whole process until somebody writes, and a device would
 * fill its memory. Throws the system's error, or one that says so.
 */
export function readRegular(path: string): Buffer {
  // Without the flag the open itself waits for a writer (open(2)).
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const stats = fstatSync(file)
    if (!stats.isFile() && !stats.isDirectory()) throw new Error('it is a pipe or a device, and no file')
    if (stats.size > longestFile) throw new Error('it is larger than 64 MiB')
    return readFileSync(file)
  } finally {
    closeSync(file)
  }
}

const longestFile = 64 << 20

/**
 * Puts `content` in the place of the file's old content, whole or not at all: it is written beside the file, flushed, and
 * renamed. An existing file keeps its mode and, behind a symbolic link, its place. Throws `file_unwritable`, and the old
 * content is still there.
 */
export function writeWhole(path: string, content: string | Buffer, mode?: number): void {
  try {
    makeFolder(dirname(path))
    // write-file-atomic writes once and does not look how much went through: on a full disk it would put half a file in
    // the place of the whole one. `writeFileSync` writes on until everything is there, or throws.
    const write = (beside: string) => writeFileSync(beside, content)
    writeFileAtomicSync(path, '', { mode: mode ?? modeOf(path) ?? 0o644, tmpfileCreated: write })
  } catch (cause) {
    if (systemCodeOf(cause) === undefined) throw cause
    throw new CordonError('file_unwritable', `${path} cannot be written: ${sentenceOf(cause)}.`, {
      hint: 'nothing was changed; make room or mend the permissions, then run the command again',
      cause,
    })
  }
}

/**
 * Makes a folder and those above it that are not there. Node's own `recursive` never returns where the system answers ENOENT
 * below a folder that is there, as under /proc. Throws the system's error.
 */
export function makeFolder(path: string, mode = 0o777): void {
  if (isFolder(path)) return
  if (dirname(path) !== path) makeFolder(dirname(path), mode)
  try {
    mkdirSync(path, mode)
  } catch (cause) {
    // Another process may have made it meanwhile.
    if (!isFolder(path)) throw cause
  }
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/** Makes a folder that only its owner may enter (0700), or tightens the one that is there. */
export function makePrivateFolder(path: string): void {
  makeFolder(path, privateFolder)
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) chmodSync(path, privateFolder)
}

/** A file that decides about trust must be where it seems to be. Throws `symlink_refused`. */
export function refuseSymlink(path: string): void {
  if (lstatIfThere(path)?.isSymbolicLink()) {
    throw new CordonError('symlink_refused', `${path} is a symbolic link, and cordon does not follow one there.`, {
      hint: `look where it leads with \`ls -l ${path}\`, then remove it`,
    })
  }
}

/** Undefined where nothing is, also below what is no folder. */
export function lstatIfThere(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (cause) {
    if (systemCodeOf(cause) === 'ENOTDIR') return undefined
    throw cause
  }
}

/** The permission bits of a file, or undefined when there is none. */
export function modeOf(path: string): number | undefined {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats && stats.mode & 0o777
}

/** Whether this process may execute what lies there; a folder may be entered by the same right. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
