import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { UnderWay } from '../../src/proxy/under-way.ts'

test('a write that is alone is done at once, and those beside each other at the end of the turn', async () => {
  const written: string[] = []
  const underWay = new UnderWay()

  underWay.begin()
  underWay.writeTogether(() => written.push('alone'))
  const atOnce = [...written]
  underWay.begin()
  for (const name of ['one', 'other']) underWay.writeTogether(() => written.push(name))
  const inTheTurn = [...written]
  await turn()

  assert.deepEqual(atOnce, ['alone'])
  assert.deepEqual(inTheTurn, ['alone'])
  assert.deepEqual(written, ['alone', 'one', 'other'])
})

test('a stop waits for what is not written yet', async () => {
  const written: string[] = []
  const underWay = new UnderWay()
  for (const name of ['one', 'other']) {
    underWay.begin()
    underWay.writeTogether(() => written.push(name))
  }
  underWay.begin()
  underWay.writeTogether(() => written.push('last'))
  for (let i = 0; i < 3; i++) underWay.end()

  await underWay.rest()

  assert.deepEqual(written, ['one', 'other', 'last'])
})
