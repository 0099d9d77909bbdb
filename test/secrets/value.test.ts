import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CordonError } from '../../src/base/error.ts'
import { acceptValue } from '../../src/secrets/value.ts'

const fits = [
  ['s3cret', 's3cret', undefined],
  ['s3cret\n', 's3cret', 'The secret ended with a line break, which was dropped.'],
  ['s3cret\r\n', 's3cret', 'The secret ended with a line break, which was dropped.'],
  ['two words\tand a tab', 'two words\tand a tab', undefined],
  ['x', 'x', undefined],
  ['~'.repeat(65_536), '~'.repeat(65_536), undefined],
] as const

for (const [raw, value, notice] of fits) {
  test(`${shown(raw)} is accepted${notice ? ' with a notice' : ''}`, () => {
    const accepted = acceptValue(raw)

    assert.equal(accepted.secret.reveal(), value)
    assert.equal(accepted.notice, notice)
  })
}

const unfit = [
  ['', 'is empty'],
  ['\n', 'is empty'],
  ['canary\n\n', 'has a line break in it'],
  ['canary\r', 'has a line break in it'],
  ['can\rary', 'has a line break in it'],
  ['can\nary', 'has a line break in it'],
  ['canary\r\nX-Injected: yes', 'has a line break in it'],
  ['can\0ary', 'has a NUL byte in it'],
  ['can\u001bary', 'has a control character in it'],
  ['canary\u007f', 'has a control character in it'],
  ['canärý', 'has a character in it that is not ASCII, and a request can only carry ASCII'],
  ['canary🔑', 'has a character in it that is not ASCII, and a request can only carry ASCII'],
  ['can\ud83dary', 'has a character in it that is not ASCII, and a request can only carry ASCII'],
  ['can\u0085ary', 'has a character in it that is not ASCII, and a request can only carry ASCII'],
  [' canary', 'begins or ends with white space, which a request cannot carry'],
  ['canary ', 'begins or ends with white space, which a request cannot carry'],
  ['canary\t\n', 'begins or ends with white space, which a request cannot carry'],
  [' ', 'begins or ends with white space, which a request cannot carry'],
  ['~'.repeat(65_537), 'is longer than 64 KiB'],
] as const

for (const [raw, fault] of unfit) {
  test(`${shown(raw)} ${fault.split(',')[0]}, and the sentence does not show it`, () => {
    assert.throws(
      () => acceptValue(raw),
      (thrown) =>
        thrown instanceof CordonError && thrown.code === 'secret_unfit' && thrown.message === `The secret ${fault}.`,
    )
  })
}

test('a value made to be slow to look at is refused in no time', () => {
  const start = performance.now()

  assert.throws(() => acceptValue(`x${' '.repeat(65_534)}\n\n`))

  assert.ok(performance.now() - start < 100)
})

function shown(raw: string): string {
  return raw.length > 40 ? `a value of ${raw.length} characters` : JSON.stringify(raw)
}
