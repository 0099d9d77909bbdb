import { closeSync, openSync } from 'node:fs'
import { type Ending, graceMs } from './ending.ts'
import type { Renewal } from './renewal.ts'

/**
 * SIGHUP has two meanings: a daemon reads its files again, as it was told to; a program in the foreground has lost its
 * terminal, and with it the person who could stop it.
 */
export function onHangUp(ending: Ending, renewal: Renewal): void {
  const hadTerminal = process.stdin.isTTY === true
  process.on('SIGHUP', () => {
    // What fails is in the log and in `cordon status`.
    if (!hadTerminal || hasTerminal()) return void renewal.renew().catch(() => {})
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
    ending.begin(graceMs, 'the terminal is gone')
  })
}

/** tty(4): without a controlling terminal its device cannot be opened. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}
