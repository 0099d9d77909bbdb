/** A person at a terminal: commands that ask, and what is to be seen while they do. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import type { Desk, Result, RunOptions } from '../desk.ts'
import { normal } from './transcript.ts'

const driver = fileURLToPath(new URL('terminal.py', import.meta.url))

/** Why there can be no pseudo-terminal here; false where there is one. A machine that is to test everything must have it. */
export const noTerminal =
  process.env['CI'] === undefined &&
  spawnSync('python3', ['-c', 'import pty']).status !== 0 &&
  'python3 with its module pty is not installed'

export interface Screen {
  code: number | undefined
  /** Every byte that the terminal got, colours and all. */
  raw: string
  /** The same as text, with what differs from run to run by its kind. */
  text: string
}

export const enter = '\r'
export const down = '\x1b[B'

/** Runs a command on a terminal; each step waits for a text and then types the answer. */
export async function onTerminal(
  desk: Desk,
  command: readonly string[],
  steps: readonly (readonly [shown: string, typed: string])[] = [],
  { columns = 100, ...options }: RunOptions & { columns?: number } = {},
): Promise<Screen> {
  const job = JSON.stringify({ command, steps, columns })
  const { stdout, stderr, code }: Result = await desk.run('python3', [driver, job], {
    ...options,
    env: { TERM: 'xterm-256color', ...options.env },
    timeoutMs: 45_000,
  })
  if (stderr !== '') throw new Error(`${stderr}\n${stdout}`)
  return { code, raw: stdout, text: normal(desk, stripVTControlCharacters(stdout).replaceAll('\r\n', '\n')) }
}
