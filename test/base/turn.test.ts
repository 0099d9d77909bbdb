import assert from 'node:assert/strict'
import test from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { oncePerTurn } from '../../src/base/turn.ts'

test('a look is taken once in a turn of the event loop, and again in the next', async () => {
  let looks = 0
  const look = oncePerTurn(() => ++looks)

  const together = [look(), await Promise.resolve().then(look), look()]
  await nextTurn()
  const later = look()

  assert.deepEqual([together, later], [[1, 1, 1], 2])
})

test('a look that failed is taken again at once', () => {
  let looks = 0
  const look = oncePerTurn(() => {
    looks += 1
    if (looks === 1) throw new Error('not yet')
    return looks
  })

  assert.throws(look, /not yet/)

  assert.equal(look(), 2)
})
