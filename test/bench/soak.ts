/** The soak: every load over and over on one running cordon, and what that leaves behind. */
import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { memoryOf } from './machine.ts'
import type { Peer, Stage } from './peers.ts'
import type { Row } from './rows.ts'

/** What a cordon at rest holds after a lap. */
export interface Rest {
  /** Minutes since the start. */
  minutes: number
  mebibytes: number
  descriptors: number
}

/** In the first laps the code is compiled, the pools are filled and the heap finds its size. */
const warmUpLaps = 2
/** Connections that were closed at the end of a lap are closed by cordon before so long. */
const restMs = 3000
const mostGrowth = 0.1
/** A connection to the origin more or less is no leak. */
const fewDescriptors = 16

/** Repeats `rows` for so many minutes, tells of each lap, and returns all of them. */
export async function soak(
  peer: Peer,
  rows: readonly Row[],
  stage: Stage,
  { minutes, seconds, tell }: { minutes: number; seconds: number; tell: (line: string) => void },
): Promise<Rest[]> {
  const running = await peer.start()
  const began = performance.now()
  const laps: Rest[] = []
  try {
    while (laps.length <= warmUpLaps || performance.now() - began < minutes * 60_000) {
      for (const row of rows) await row.measure({ peer: running, stage, seconds })
      await sleep(restMs)
      const lap = restOf(running.pid ?? 0, performance.now() - began)
      laps.push(lap)
      tell(`${lap.minutes.toFixed(1)} min: ${lap.mebibytes.toFixed(1)} MiB, ${lap.descriptors} descriptors`)
    }
  } finally {
    await running.stop()
  }
  return laps
}

/** What has grown since the warm-up, as sentences; none where nothing has. */
export function growthOf(laps: readonly Rest[]): string[] {
  const before = laps[warmUpLaps - 1]
  const after = laps.at(-1)
  if (!before || !after) throw new Error('a soak of no laps says nothing')
  const memory = after.mebibytes / before.mebibytes - 1
  const descriptors = after.descriptors - before.descriptors
  return [
    ...(memory > mostGrowth ? [`memory grew by ${(memory * 100).toFixed(0)} %`] : []),
    ...(descriptors > fewDescriptors ? [`${descriptors} descriptors more are open`] : []),
  ]
}

function restOf(pid: number, ms: number): Rest {
  return {
    minutes: ms / 60_000,
    mebibytes: memoryOf(pid) / 2 ** 20,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  }
}
