/** What the rooms say to the log. Who writes it down is in `open-log.ts`, and takes longer to load than most commands run. */

import { printable } from './printable.ts'

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

/** Facts of one event. A value is a name, a number or a sentence; a secret has no business here. */
export type Facts = Record<string, string | number | boolean | undefined>

export interface Log {
  debug(facts: Facts, event: string): void
  info(facts: Facts, event: string): void
  warn(facts: Facts, event: string): void
  error(facts: Facts, event: string): void
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** A line of the log as a person reads it: `12:01:07 info  exchange  authority=api.openai.com:443 status=200 ms=312` */
export function readableLine(line: string): string {
  const { level, time, msg, ...facts } = JSON.parse(line) as Record<string, unknown>
  const told = Object.entries(facts).map(([name, value]) => `${name}=${value}`)
  return `${printable([String(time).slice(11, 19), String(level).padEnd(5), msg, ...told].join('  '))}\n`
}
