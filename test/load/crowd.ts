/** The world of a load test: the bench's origin and client, and a cordon in a process of its own, whose limits are ours to set. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Connection, chatRequest } from '../bench/client.ts'
import { memoryOf } from '../bench/machine.ts'
import { apiHost, cordonPeer, type RunningPeer, startOrigin } from '../bench/peers.ts'
import { openDesk } from '../desk.ts'

/** `LONG=1` asks for the whole load; a usual run takes a small part of it. */
export const isLong = process.env['LONG'] === '1'

/** What is looked at is a process from outside, and only Linux shows its descriptors. */
export const elsewhere = process.platform === 'linux' ? false : 'looks into /proc, so it runs on Linux alone'

export interface Crowd {
  cordon: RunningPeer
  /** Opens a connection to the origin through cordon and sends one request on it. */
  visit(session?: Buffer): Promise<Connection>
  /** How many descriptors cordon has open. */
  descriptors(): number
  /** Bytes. */
  memory(): number
}

export interface Limits {
  openFiles?: number
  /** In a large heap V8 lets garbage lie, and what is kept cannot be told from it. */
  heap?: 'small'
}

export async function startCrowd(t: TestContext, { openFiles, heap }: Limits = {}): Promise<Crowd> {
  const desk = openDesk()
  t.after(() => desk.clear())
  if (heap === 'small') desk.env['NODE_OPTIONS'] = '--max-semi-space-size=1 --max-old-space-size=64'
  const origin = await startOrigin(desk)
  t.after(() => origin.process.kill())
  const stage = { desk, origin, isPinned: false, ...(openFiles !== undefined && { openFiles }) }
  const cordon = await (await cordonPeer(stage)).start()
  t.after(() => cordon.stop())
  const { pid } = cordon
  assert.ok(pid !== undefined)
  return {
    cordon,
    async visit(session) {
      const connection = await Connection.open(cordon.reach, { host: apiHost, session })
      await connection.exchange(chatRequest(apiHost, cordon.reach.secret))
      return connection
    },
    descriptors: () => readdirSync(`/proc/${pid}/fd`).length,
    memory: () => memoryOf(pid),
  }
}

/** Looks until it is so; nothing tells this process what another one closes. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 20_000
  while (!isSo()) {
    assert.ok(performance.now() < end, `it never came true that ${what}`)
    await sleep(20)
  }
}

/** Does it so often, a few at a time. */
export async function repeat(times: number, atOnce: number, act: (number: number) => Promise<void>): Promise<void> {
  let next = 0
  const work = async () => {
    while (next < times) await act(next++)
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}
