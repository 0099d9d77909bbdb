import assert from 'node:assert/strict'
import { test } from 'node:test'
import { styleText } from 'node:util'
import { readableLine } from '../../src/base/log.ts'
import { printable } from '../../src/base/printable.ts'

test('what a terminal would act on is shown as its escape', () => {
  const hostile = 'a\x1b]0;title\x07b\x9b31mc\rd\x7f\u202ee\x1b[2Jf'

  assert.equal(printable(hostile), 'a\\u001b]0;title\\u0007b\\u009b31mc\\u000dd\\u007f\\u202ee\\u001b[2Jf')
})

test('lines, tabs, colours of our own and letters of any script stay', () => {
  const ours = `${styleText('red', '✗', { validateStream: false })} a\tb\n漢字 é`

  assert.equal(printable(ours), ours)
})

test('an answer in JSON says the same after it', () => {
  const facts = { account: 'a\x1b]0;b\x9bc\u202ed' }

  assert.deepEqual(JSON.parse(printable(JSON.stringify(facts))), facts)
})

test('a line of the log shows what its facts hold', () => {
  const line = JSON.stringify({ level: 'warn', time: '2026-01-31T09:00:00.000Z', msg: 'x', why: 'a\x1b[2Jb' })

  assert.equal(readableLine(line), '09:00:00  warn   x  why=a\\u001b[2Jb\n')
})
