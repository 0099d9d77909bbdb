/**
 * The command takes the place of cordon in its process (execve), so nothing stands between it and whoever started it: the
 * terminal, the job control of the shell, signals and the exit code are its own.
 */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { systemCodeOf } from '../../base/error.ts'

export interface Program {
  /** An absolute path. */
  executable: string
  /** The words of the command, its name first. */
  words: readonly string[]
  env: Readonly<Record<string, string>>
}

/** Becomes the program; returns its exit code where the system has no execve. */
export async function become(program: Program): Promise<number> {
  const { execve } = process
  if (process.platform === 'win32' || execve === undefined) return host(program)
  // Node made these non-blocking for itself, which the next program would take for a fault; and it ignores SIGPIPE, which
  // execve would hand on: a signal that has a handler is back at its default afterwards.
  for (const stream of [process.stdin, process.stdout, process.stderr]) makeBlocking(stream)
  process.on('SIGPIPE', () => {})
  const { executable, words, env } = program
  const [, ...rest] = words
  try {
    execve(executable, words, env)
  } catch (thrown) {
    if (systemCodeOf(thrown) !== 'ENOEXEC') throw thrown
    // A script without `#!` is one for sh, as every shell has it (POSIX, execvp).
    execve('/bin/sh', ['sh', executable, ...rest], env)
  }
  throw new Error('execve returned')
}

function makeBlocking(stream: object): void {
  const handle: unknown = Reflect.get(stream, '_handle')
  if (typeof handle !== 'object' || handle === null || !('setBlocking' in handle)) return
  if (typeof handle.setBlocking === 'function') handle.setBlocking(true)
}

/** Runs the program as a child on the same terminal: its exit code, or 128 and the signal's number. */
export function host({ executable, words: [, ...rest], env }: Program): Promise<number> {
  const child = spawn(executable, rest, { env: { ...env }, stdio: 'inherit' })
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  // Ctrl+C reaches everybody on the terminal, the child too; what it means is the child's to say.
  process.on('SIGINT', () => {})
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('exit', (code, signal) => done(signal === null ? (code ?? 0) : 128 + constants.signals[signal]))
  })
}
