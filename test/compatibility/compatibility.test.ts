/**
 * What each client of clients.ts makes of `cordon env` alone, against record.json, from which docs/compatibility.md is made.
 * A client that is not installed is left out; RECORD=1 writes the record anew for those that are.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'

import { delimiter, join } from 'node:path'
import test from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { put } from '../desk.ts'
import { type Bench, openBench, realKey } from './bench.ts'
import { type Client, clients } from './clients.ts'
import { buildRust, fetchRust } from './programs.ts'
import { type Cell, type Entry, notRun, readRecord, writeRecord } from './record.ts'

const isLong = process.env['LONG'] === '1'
const isRecording = process.env['RECORD'] === '1'
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))

test('what a client makes of the variables is what the record says', { timeout: 900_000 }, async (t) => {
  const bench = await openBench(t)
  const record = readRecord()
  const ofHost = {
    NODE: process.execPath,
    NODE_PATH: [modules, process.env['NODE_PATH'] ?? ''].join(delimiter),
    HOST_GOCACHE: spawnSync('go', ['env', 'GOCACHE'], { encoding: 'utf8' }).stdout?.trim(),
    RUSTUP_HOME: process.env['RUSTUP_HOME'] ?? join(process.env['HOME'] ?? '', '.rustup'),
  }

  for (const client of clients) {
    const installed = await installedVersion(bench, client, ofHost)
    const skip = whyNot(client, installed)
    await t.test(client.name, { skip }, async (t) => {
      if (client.isLong && !fetchRust()) return t.skip('the crates of the clients cannot be fetched')
      const found = { version: installed ?? '', ...(await tryOut(bench, client, ofHost)) }

      if (isRecording) record[client.name] = found
      else assertAsRecorded(found, record[client.name], (difference) => t.diagnostic(difference))
    })
    if (isRecording) record[client.name] ??= { version: '', ...notRun }
  }
  if (isRecording)
    writeRecord(
      record,
      clients.map(({ name }) => name),
    )
})

/**
 * The version that was recorded does what is recorded; of a newer one, what worked is expected to work still. What an older one
 * lacks is told alone, for nobody has seen it work.
 */
function assertAsRecorded(found: Entry, recorded: Entry | undefined, tell: (difference: string) => void): void {
  assert.ok(recorded, 'RECORD=1 writes it down')
  if (found.version === recorded.version) return assert.deepEqual(found, recorded)
  const lost = (['proxy', 'ca', 'token'] as const).filter((one) => recorded[one] === 'yes' && found[one] !== 'yes')
  if (!isOlder(found.version, recorded.version)) return assert.deepEqual(lost, [], found.version)
  if (lost.length > 0) tell(`${found.version}, older than ${recorded.version}, goes without: ${lost.join(', ')}`)
}

const isOlder = (one: string, other: string) => one.localeCompare(other, 'en', { numeric: true }) < 0

async function installedVersion(
  { sh }: Bench,
  { version }: Client,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const run = await sh(`{ ${version}; } 2>&1`, env)
  return run.code === 0 ? /\d+(\.\d+)+|(?<=^)\d+/.exec(run.stdout)?.[0] : undefined
}

function whyNot({ name, get, webSocket, isLong: takesLong }: Client, installed: string | undefined): string | false {
  if (installed === undefined) return `${name} is not installed`
  if (get === undefined && webSocket === undefined) return `no test for ${name} yet`
  return takesLong && !isLong ? 'takes minutes: LONG=1 runs it' : false
}

async function tryOut(bench: Bench, client: Client, env: NodeJS.ProcessEnv): Promise<Omit<Entry, 'version'>> {
  if (client.isLong) buildRust()
  for (const [name, content] of Object.entries(client.files ?? {})) put(bench.desk, name, content)
  const webSocket = client.webSocket === undefined ? 'none' : await talks(bench, client.webSocket, env)
  if (client.get === undefined) {
    const other = webSocket === 'yes' ? 'yes' : 'not run'
    return { proxy: webSocket, ca: other, token: other, webSocket, http2: 'none' }
  }
  return { ...(await asks(bench, client, env)), webSocket }
}

/** One request. What went wrong, if something did, is told by what cordon saw of it. */
async function asks(
  { sh, api, cordon }: Bench,
  { name, get, host = api.host }: Client,
  env: NodeJS.ProcessEnv,
): Promise<Record<'proxy' | 'ca' | 'token' | 'http2', Cell>> {
  const path = `/v1/${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`
  const before = cordon.output().length
  await sh(`${get}`, { ...env, URL: `https://${host}${path}` })
  const seen = api.requests.filter(({ target }) => target.includes(path))
  if (seen.some(({ fields }) => fields['authorization'] === `Bearer ${realKey}`))
    return {
      proxy: 'yes',
      ca: 'yes',
      token: 'yes',
      http2: (await exchangeAfter(before)).includes('"http":"2"') ? 'yes' : 'no',
    }
  const log = cordon.output().slice(before)
  if (log.includes('token_missing')) return { ...notRun, proxy: 'yes', token: 'no' }
  // The tunnel stood, and no request came through it: some say why by an alert of TLS, some only leave.
  if (log.includes('"verdict":"intercept"')) return { ...notRun, proxy: 'yes', ca: 'no', token: 'yes' }
  return { ...notRun, proxy: 'no' }

  /** The log since then, once the line of the exchange, which may be behind the client's end, is in it. */
  async function exchangeAfter(start: number): Promise<string> {
    while (!cordon.output().slice(start).includes('"msg":"exchange"')) await setImmediate()
    return cordon.output().slice(start)
  }
}

/** Whether a hello on a WebSocket comes back, and the handshake had the key. */
async function talks({ sh, api }: Bench, script: string, env: NodeJS.ProcessEnv): Promise<Cell> {
  const before = api.requests.length
  const { stdout } = await sh(script, { ...env, WS: `wss://${api.host}/v1/socket` })
  const [handshake] = api.requests.slice(before)
  return stdout.trim() === 'hello' && handshake?.fields['authorization'] === `Bearer ${realKey}` ? 'yes' : 'no'
}
