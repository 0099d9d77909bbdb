import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LogTail } from '../../src/base/log-tail.ts'

test('the newest lines are kept, in their order, and no more than 2000', () => {
  const tail = new LogTail()
  for (let i = 1; i <= 3; i++) tail.push(`${i}\n`)

  const few = tail.last(2)
  for (let i = 4; i <= 5000; i++) tail.push(`${i}\n`)

  assert.deepEqual(few, ['2\n', '3\n'])
  assert.deepEqual(tail.last(3), ['4998\n', '4999\n', '5000\n'])
  assert.deepEqual(tail.last(0), [])
  const all = tail.last(1e9)
  assert.deepEqual([all.length, all[0], all.at(-1)], [2000, '3001\n', '5000\n'])
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
