import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { privateFile, readIfThere, writeWhole } from '../base/file.ts'
import { isAlive } from '../base/process.ts'

/**
 * What a running proxy leaves in its scope's folder: where its control socket is, and whose. All that is to be known of it,
 * it answers there.
 */
export interface Pointer {
  pid: number
  /** The path of a Unix socket, or the name of a pipe of Windows. */
  socket: string
}

const pointerFile = (folder: string) => join(folder, 'run.json')

export function writePointer(folder: string, pointer: Pointer): void {
  writeWhole(pointerFile(folder), `${JSON.stringify(pointer)}\n`, privateFile)
}

/** The pointer of a process that lives; a file that a killed proxy left behind is none, nor is a damaged one. */
export function readPointer(folder: string): Pointer | undefined {
  const text = readIfThere(pointerFile(folder))
  if (text === undefined) return undefined
  try {
    const { pid, socket } = JSON.parse(text) as Partial<Pointer>
    return typeof pid === 'number' && typeof socket === 'string' && isAlive(pid) ? { pid, socket } : undefined
  } catch {
    return undefined
  }
}

/** Removes the file, if it is still that process's own. */
export function removePointer(folder: string, pid: number): void {
  if (readPointer(folder)?.pid === pid) rmSync(pointerFile(folder), { force: true })
}
