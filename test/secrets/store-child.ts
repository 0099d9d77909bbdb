/**
 * The other process of a test: it reads one JSON command a line from stdin and answers each with one JSON line. The
 * keyring library takes its session from the process's own environment, so a test's session needs a process of its own.
 */
import { stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { inspect } from 'node:util'
import { CordonError } from '../../src/base/error.ts'
import { Secret } from '../../src/secrets/secret.ts'
import { openSecrets } from '../../src/secrets/secrets.ts'
import type { SecretPlace } from '../../src/secrets/source.ts'
import { chooseSource, openSources } from '../../src/secrets/sources.ts'

export type Command =
  | { do: 'store'; place: SecretPlace; value: string }
  | { do: 'fetch'; place: SecretPlace; timeoutMs: number }
  | { do: 'remove'; place: SecretPlace }
  | { do: 'can open' | 'choose' | 'stat a file' }

export type Answer =
  | { ok: unknown; ms: number }
  | { code: string; message: string; hint: string | undefined; shown: string; ms: number }

const noPassphrase = () => Promise.reject(new Error('no passphrase was expected'))
const sources = openSources({ folder: process.argv[2] ?? '', askPassphrase: noPassphrase })
const openings = new Map<number, ReturnType<typeof openSecrets>>()

async function answer(command: Command): Promise<unknown> {
  switch (command.do) {
    case 'store':
      return sources.of(command.place).store(command.place, new Secret(command.value))
    case 'fetch':
      return (await secretsWithin(command.timeoutMs).fetch(command.place)).reveal()
    case 'remove':
      return sources.of(command.place).remove(command.place)
    case 'can open':
      return sources.keyring.canOpen()
    case 'choose':
      return chooseSource(sources)
    case 'stat a file':
      return (await stat(process.execPath)).isFile()
  }
}

function secretsWithin(timeoutMs: number) {
  const secrets = openings.get(timeoutMs) ?? openSecrets({ sources, timeoutMs })
  openings.set(timeoutMs, secrets)
  return secrets
}

async function outcome(command: Command): Promise<Answer> {
  const start = performance.now()
  try {
    const ok = (await answer(command)) ?? null
    return { ok, ms: performance.now() - start }
  } catch (cause) {
    if (!(cause instanceof CordonError)) throw cause
    return {
      code: cause.code,
      message: cause.message,
      hint: cause.hint,
      shown: inspect(cause, { depth: 9 }) + JSON.stringify(cause),
      ms: performance.now() - start,
    }
  }
}

// Without a listener the signal of a file size limit (ulimit -f) ends the process; with one, the write fails.
process.on('SIGXFSZ', () => {})

const lines = createInterface({ input: process.stdin })
lines.on('line', async (line) => {
  const { id, ...command } = JSON.parse(line)
  process.stdout.write(`${JSON.stringify({ id, ...(await outcome(command)) })}\n`)
})
