/** A log in a file of its own, for a program whose output nobody keeps. */
import { closeSync, fchmodSync, fstatSync, openSync, readSync, renameSync, statSync, writeSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { setTimeout as sleep } from 'node:timers/promises'
import { CordonError, sentenceOf, systemCodeOf } from './error.ts'
import { privateFile } from './file.ts'

/** What a file holds before it is put aside as `PATH.1`, in the place of the one before. */
const mostBytes = 8 << 20

/**
 * From now on all that this process prints goes to the end of a file, which its owner alone may read. It takes itself for a
 * process without a terminal, even where it has one that nobody sees. Throws `file_unwritable`.
 */
export function printTo(path: string, most = mostBytes): void {
  let { file, size } = opened(path)
  const print = (chunk: string | Uint8Array, ...rest: unknown[]) => {
    if (size > most) ({ file, size } = renewed(path, file))
    const bytes = Buffer.from(chunk)
    for (let sent = 0; sent < bytes.length; ) sent += writeSync(file, bytes, sent)
    size += bytes.length
    const told = rest.at(-1)
    if (typeof told === 'function') told()
    return true
  }
  for (const stream of [process.stdout, process.stderr]) stream.write = print
  for (const stream of [process.stdin, process.stdout, process.stderr]) stream.isTTY = false
}

/** The next file. Where the old one cannot be put aside, it grows on: a log that is too long is better than none. */
function renewed(path: string, file: number): { file: number; size: number } {
  closeSync(file)
  try {
    renameSync(path, `${path}.1`)
  } catch {
    // Such as while a virus scanner of Windows reads one of the two; the next line tries again.
  }
  return opened(path)
}

function opened(path: string): { file: number; size: number } {
  const file = openToWrite(path)
  // launchd may have made it, and open to others.
  fchmodSync(file, privateFile)
  return { file, size: fstatSync(file).size }
}

function openToWrite(path: string): number {
  try {
    return openSync(path, 'a', privateFile)
  } catch (cause) {
    throw new CordonError('file_unwritable', `The log ${path} cannot be written: ${sentenceOf(cause)}.`, {
      hint: 'make its folder, or mend its permissions',
      cause,
    })
  }
}

/** The last lines of a file, without their ends; none where there is no file. */
export function lastLines(path: string, count: number): string[] {
  const file = openIfThere(path)
  try {
    return lastOf(endOf(file).text, count)
  } finally {
    close(file)
  }
}

function lastOf(text: string, count: number): string[] {
  const lines = text.split('\n').slice(0, -1)
  return lines.slice(Math.max(0, lines.length - count))
}

const everyMs = 100

/** The last lines of a file, and then those that come, also in a new file in its place. */
export async function* followLines(path: string, count: number): AsyncGenerator<string> {
  let file = openIfThere(path)
  try {
    let { text, size } = endOf(file)
    yield* lastOf(text, count)
    text = text.slice(text.lastIndexOf('\n') + 1)
    const decoder = new StringDecoder()
    for (;;) {
      await sleep(everyMs)
      // Asked before the read: once there is another file, nobody writes to this one any more.
      const hasNext = isReplaced(path, file, size)
      const more = bytesFrom(file, size)
      size += more.length
      const lines = (text + decoder.write(more)).split('\n')
      text = lines.pop() ?? ''
      yield* lines
      if (!hasNext || more.length === mostRead) continue
      close(file)
      file = openIfThere(path)
      size = 0
    }
  } finally {
    close(file)
  }
}

/** Whether another file lies at the path by now, or the same with less in it. */
function isReplaced(path: string, file: number | undefined, size: number): boolean {
  const now = statSync(path, { throwIfNoEntry: false })
  return now !== undefined && (file === undefined || now.ino !== fstatSync(file).ino || now.size < size)
}

/** So much is read at once. */
const mostRead = 1 << 20

function endOf(file: number | undefined): { text: string; size: number } {
  const from = file === undefined ? 0 : Math.max(0, fstatSync(file).size - mostRead)
  const bytes = bytesFrom(file, from)
  return { text: bytes.toString(), size: from + bytes.length }
}

function bytesFrom(file: number | undefined, from: number): Buffer {
  if (file === undefined) return Buffer.alloc(0)
  const bytes = Buffer.alloc(Math.max(0, Math.min(fstatSync(file).size - from, mostRead)))
  return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, from))
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (cause) {
    if (systemCodeOf(cause) === 'ENOENT') return undefined
    throw cause
  }
}

function close(file: number | undefined): void {
  if (file !== undefined) closeSync(file)
}
