import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LogTail } from '../../src/base/log-tail.ts'

test('the newest lines are kept, in their order, and no more than 2000', () => {
  const tail = new LogTail()
  for (let i = 1; i <= 3; i++) tail.push(`${i}`)

  const few = tail.last(2)
  for (let i = 4; i <= 5000; i++) tail.push(`${i}`)

  assert.deepEqual(few, ['2', '3'])
  assert.deepEqual(tail.last(3), ['4998', '4999', '5000'])
  assert.deepEqual(tail.last(0), [])
  const all = tail.last(1e9)
  assert.deepEqual([all.length, all[0], all.at(-1)], [2000, '3001', '5000'])
})

test('who follows hears every line until the end', () => {
  const tail = new LogTail()
  const heard: string[] = []
  tail.push('before')

  const end = tail.follow((line) => heard.push(line))
  tail.push('heard')
  end()
  tail.push('after')

  assert.deepEqual(heard, ['heard'])
})
