/** What was found when each client was last run: record.json, which docs/compatibility.md tells as a table. */
import { readFileSync, writeFileSync } from 'node:fs'

/** `none`: the client has no such thing. */
export type Cell = 'yes' | 'no' | 'none' | 'not run'

export const columns = ['proxy', 'ca', 'token', 'webSocket', 'http2'] as const

/** `version` is that of the run, empty where there was none. */
export type Entry = { version: string } & Record<(typeof columns)[number], Cell>

export const notRun: Omit<Entry, 'version'> = {
  proxy: 'not run',
  ca: 'not run',
  token: 'not run',
  webSocket: 'not run',
  http2: 'not run',
}

const file = new URL('record.json', import.meta.url)

export function readRecord(): Record<string, Entry> {
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, Entry>
}

/** Writes the entries in the order of these names, each on one line. */
export function writeRecord(record: Readonly<Record<string, Entry>>, names: readonly string[]): void {
  const lines = names.flatMap((name) => {
    const entry = record[name]
    if (entry === undefined) return []
    const cells = Object.fromEntries(['version', ...columns].map((key) => [key, Reflect.get(entry, key)]))
    return `  ${JSON.stringify(name)}: ${JSON.stringify(cells)}`
  })
  writeFileSync(file, `{\n${lines.join(',\n')}\n}\n`)
}
