/**
 * The two files of a CA on disk, which are there together or not at all:
 *
 *     absent ──keepPair──► whole          half: one file without the other, which only a person can resolve
 */
import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { CordonError, sentenceOf } from '../base/error.ts'
import { lstatIfThere, makeFolder, modeOf, privateFile, privateFolder, refuseSymlink } from '../base/file.ts'

/** Absolute paths of the certificate, which clients read, and of the private key, which nobody else reads. */
export interface CaPaths {
  caCert: string
  caKey: string
}

/** Whether the files are there. Throws `ca_incomplete` where one is without the other. */
export function lookAtPair({ caCert, caKey }: CaPaths): 'absent' | 'whole' {
  const hasCert = lstatIfThere(caCert) !== undefined
  const hasKey = lstatIfThere(caKey) !== undefined
  if (hasCert === hasKey) return hasCert ? 'whole' : 'absent'
  const [there, missing] = hasCert ? [caCert, caKey] : [caKey, caCert]
  throw new CordonError('ca_incomplete', `Of the CA's two files, ${there} is there and ${missing} is not.`, {
    hint: `put ${missing} back, or move ${there} away and run \`cordon setup\``,
  })
}

/**
 * Refuses files whose owner is not the only one who decides about them. Throws `symlink_refused`, `ca_exposed`.
 */
export function refuseUnsafe({ caCert, caKey }: CaPaths): void {
  refuseSymlink(caCert)
  refuseSymlink(caKey)
  refuseSharedFolder(dirname(caKey))
  if (isOpenTo(caKey, 0o077)) {
    throw new CordonError('ca_exposed', `Others than its owner may use the CA's key ${caKey}.`, {
      hint: `run \`chmod 600 ${caKey}\`; if others have read it, move the CA's two files away and run \`cordon setup\``,
    })
  }
}

/**
 * Writes both files, or neither, and never in the place of a file that is there. Throws `ca_exists`, `ca_exposed`,
 * `symlink_refused`, `file_unwritable`.
 */
export function keepPair({ caCert, caKey }: CaPaths, certPem: string, keyPem: string): void {
  for (const path of [caCert, caKey]) refuseTaken(path)
  const temporary: string[] = []
  try {
    for (const path of [caCert, caKey]) makeFolder(dirname(path), privateFolder)
    refuseSharedFolder(dirname(caKey))
    const newKey = writeBeside(caKey, keyPem, privateFile)
    temporary.push(newKey)
    const newCert = writeBeside(caCert, certPem, 0o644)
    temporary.push(newCert)
    linkBoth([newKey, caKey], [newCert, caCert])
    for (const path of [caCert, caKey]) flushFolder(dirname(path))
  } catch (cause) {
    if (cause instanceof CordonError) throw cause
    const hint = 'nothing was made; make room or mend the permissions, then run the command again'
    throw new CordonError('file_unwritable', `The CA cannot be written to ${dirname(caKey)}: ${sentenceOf(cause)}.`, {
      hint,
      cause,
    })
  } finally {
    for (const path of temporary) rmSync(path)
  }
}

function refuseTaken(path: string): void {
  refuseSymlink(path)
  if (lstatIfThere(path) === undefined) return
  throw new CordonError('ca_exists', `${path} is there already, and cordon never replaces it.`, {
    hint: 'use the CA that is there, or move its two files away',
  })
}

// Who may write to the folder can put a CA of their own in the place of ours, whatever the mode of the key.
function refuseSharedFolder(folder: string): void {
  if (!isOpenTo(folder, 0o022)) return
  throw new CordonError('ca_exposed', `Others than its owner may write to ${folder}, where the CA's key lies.`, {
    hint: `run \`chmod 700 ${folder}\``,
  })
}

// The modes that Node reports on Windows say nothing about who may do what.
const isOpenTo = (path: string, others: number) => process.platform !== 'win32' && ((modeOf(path) ?? 0) & others) !== 0

/** A new file beside `path`, flushed; the answer is its path. */
function writeBeside(path: string, content: string, mode: number): string {
  const beside = `${path}.${randomUUID()}`
  const file = openSync(beside, 'wx', mode)
  try {
    writeFileSync(file, content)
    fsyncSync(file)
  } catch (cause) {
    rmSync(beside)
    throw cause
  } finally {
    closeSync(file)
  }
  return beside
}

// link(2) refuses where rename(2) would replace.
function linkBoth(first: [from: string, to: string], second: [from: string, to: string]): void {
  linkSync(...first)
  try {
    linkSync(...second)
  } catch (cause) {
    rmSync(first[1])
    throw cause
  }
}

function flushFolder(path: string): void {
  if (process.platform === 'win32') return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
