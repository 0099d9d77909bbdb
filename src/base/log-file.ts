/** A log in a file of its own, for a program whose output nobody keeps. */
import { closeSync, fchmodSync, fstatSync, openSync, readSync, renameSync, statSync, writeSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { setTimeout as sleep } from 'node:timers/promises'
import { CordonError, sentenceOf } from './error.ts'
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
    if (size > most) {
      closeSync(file)
      renameSync(path, `${path}.1`)
      ;({ file, size } = opened(path))
    }
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
  return lastOf(endOf(path).text, count)
}

function lastOf(text: string, count: number): string[] {
  const lines = text.split('\n').slice(0, -1)
  return lines.slice(Math.max(0, lines.length - count))
}

const everyMs = 100

/** The last lines of a file, and then those that come, also in a new file in its place. */
export async function* followLines(path: string, count: number): AsyncGenerator<string> {
  let { text, ino, size } = endOf(path)
  yield* lastOf(text, count)
  text = text.slice(text.lastIndexOf('\n') + 1)
  const decoder = new StringDecoder()
  for (;;) {
    await sleep(everyMs)
    const now = statSync(path, { throwIfNoEntry: false })
    if (!now) continue
    if (now.ino !== ino || now.size < size) [ino, size] = [now.ino, 0]
    const more = bytesFrom(path, size)
    size += more.length
    const lines = (text + decoder.write(more)).split('\n')
    text = lines.pop() ?? ''
    yield* lines
  }
}

/** So much is read at once. */
const mostRead = 1 << 20

function endOf(path: string): { text: string; ino: number; size: number } {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats) return { text: '', ino: 0, size: 0 }
  const from = Math.max(0, stats.size - mostRead)
  const bytes = bytesFrom(path, from)
  return { text: bytes.toString(), ino: stats.ino, size: from + bytes.length }
}

function bytesFrom(path: string, from: number): Buffer {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(Math.max(0, Math.min(fstatSync(file).size - from, mostRead)))
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, from))
  } finally {
    closeSync(file)
  }
}
