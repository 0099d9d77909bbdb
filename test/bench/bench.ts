/**
 * `npm run bench`: cordon beside no proxy and beside nginx, in one run, so that every figure has something to be compared
 * with. It stays on loopback and ends by itself.
 *
 *     npm run bench -- --only keepalive,sse --rounds 3 --seconds 2 --json --before OTHER/dist/cordon.js
 *
 * `--soak MINUTES` measures nothing: it repeats the loads on one cordon and fails when memory or descriptors have grown.
 */
import { parseArgs } from 'node:util'
import { openDesk } from '../desk.ts'
import { describeMachine, pinLoad } from './machine.ts'
import { cordonPeer, directPeer, nginxPeer, type Peer, type Stage, startOrigin } from './peers.ts'
import { type Row, rows } from './rows.ts'
import { growthOf, soak } from './soak.ts'
import { qualityOf, type Result, tableOf } from './table.ts'

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
    before: { type: 'string' },
    soak: { type: 'string' },
  },
})
const only = options.only?.split(',')
const chosen = rows.filter(({ kind }) => only === undefined || only.includes(kind))
if (chosen.length === 0) throw new Error(`--only takes ${[...new Set(rows.map(({ kind }) => kind))].join(', ')}`)
if (process.platform !== 'linux') throw new Error('The bench reads /proc, so it runs on Linux alone.')

const isPinned = pinLoad()
const desk = openDesk()
const origin = await startOrigin(desk)
try {
  const stage = { desk, origin, isPinned }
  if (options.soak === undefined) await bench(stage)
  else await soakFor(Number(options.soak), stage)
} finally {
  origin.process.kill()
  await desk.clear()
}

async function bench(stage: Stage): Promise<void> {
  const nginx = await nginxPeer(stage)
  if (!isPinned) tell('There is no taskset or no second core, so the proxy shares its core with the load.')
  if (!nginx) tell('nginx is not installed, so there is no floor to compare with.')
  const peers: Peer[] = [directPeer(stage), ...(nginx ? [nginx] : [])]
  if (options.before !== undefined) peers.push(await cordonPeer(stage, 'before', options.before))
  peers.push(await cordonPeer(stage))

  const results: Result[] = []
  for (let round = 1; round <= Number(options.rounds); round++) {
    for (const peer of peers) results.push(...(await measure(peer, round, stage)))
  }
  const names = peers.map(({ name }) => name)
  if (options.json) return say(JSON.stringify({ machine: describeMachine(), isPinned, results }))
  say(
    `${describeMachine()}; ${new Date().toISOString().slice(0, 10)}; medians of ${options.rounds} rounds. ${qualityOf(results)}\n`,
  )
  say(tableOf(results, names))
}

async function soakFor(minutes: number, stage: Stage): Promise<void> {
  if (!(minutes > 0)) throw new Error('--soak takes a number of minutes')
  const loads = chosen.filter(({ kind }) => kind !== 'start')
  const laps = await soak(await cordonPeer(stage), loads, stage, {
    minutes,
    seconds: Number(options.seconds),
    tell: say,
  })
  const growth = growthOf(laps)
  say(growth.length === 0 ? 'Nothing grew.' : `${growth.join(', ')}.`)
  if (growth.length > 0) process.exitCode = 1
}

/** All rows on one start of a peer. */
async function measure(peer: Peer, round: number, stage: Stage): Promise<Result[]> {
  const fit = chosen.filter((row: Row) => peer.takesConnect || !row.needsConnect)
  const running = await peer.start()
  const results: Result[] = []
  try {
    for (const row of fit) {
      if (row.needsProxy && running.pid === undefined) continue
      tell(`round ${round}, ${peer.name}: ${row.name}`)
      const figures = await row.measure({ peer: running, stage, seconds: Number(options.seconds) })
      results.push({ row: row.name, peer: peer.name, round, figures })
    }
  } finally {
    await running.stop()
  }
  return results
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`)
}
