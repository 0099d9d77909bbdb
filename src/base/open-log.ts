/**
 * The log: one line an event, JSON where a program reads it, a short line where a person does. It goes to stderr, so
 * that what a command answers on stdout stays bare.
 */
import { pino } from 'pino'
import { type Log, type LogLevel, readableLine } from './log.ts'
import type { LogTail } from './log-tail.ts'

/**
 * A log that writes to stderr from `level` on. On a terminal it writes sentences, elsewhere JSON lines, which `tail` gets in any
 * case.
 */
export function openLog(level: LogLevel, isTerminal: boolean, tail?: LogTail): Log {
  const send = batched((lines) => void process.stderr.write(lines))
  const write = isTerminal ? (line: string) => send(readableLine(line)) : send
  return pino(
    {
      level,
      base: null,
      timestamp: timeField(),
      formatters: { level: (label) => ({ level: label }) },
    },
    {
      write: (line: string) => {
        tail?.push(line)
        write(line)
      },
    },
  )
}

/** The time in ISO 8601, put into letters once a millisecond. */
function timeField(): () => string {
  let of = 0
  let field = ''
  return () => {
    const now = Date.now()
    if (now !== of) field = `,"time":"${new Date(now).toISOString()}"`
    of = now
    return field
  }
}

/** Who reads along does not notice so long a wait; a busy proxy writes a hundred lines in it. */
const batchMs = 20

/** The lines of a moment leave together: a call to the system costs more than the rest of a line. */
function batched(send: (lines: string) => void): (line: string) => void {
  let held = ''
  const flush = () => {
    const lines = held
    held = ''
    if (lines !== '') send(lines)
  }
  process.on('exit', flush)
  return (line) => {
    if (held === '') setTimeout(flush, batchMs).unref()
    held += line
  }
}
