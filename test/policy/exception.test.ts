import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseHostPort } from '../../src/base/names.ts'
import { isExcepted, parseException } from '../../src/policy/exception.ts'

/** An exception, what it covers and what it does not. */
const exceptions: readonly (readonly [text: string, covered: string[], others: string[]])[] = [
  ['*', ['a.test:443', '[2001:db8::1]:80'], []],
  ['a.test', ['a.test:443', 'a.test:80', 'c.b.a.test:443'], ['aa.test:443', 'a.test.b:443']],
  ['A.Test.', ['a.test:443', 'b.a.test:443'], []],
  ['.a.test', ['b.a.test:443', 'c.b.a.test:80'], ['a.test:443', 'ba.test:443']],
  ['*.a.test', ['b.a.test:443'], ['a.test:443']],
  ['a.test:8443', ['a.test:8443', 'b.a.test:8443'], ['a.test:443', 'b.a.test:443']],
  ['.a.test:8443', ['b.a.test:8443'], ['b.a.test:443']],
  ['10.1.2.3', ['10.1.2.3:443'], ['10.1.2.4:443']],
  ['10.1.2.3:80', ['10.1.2.3:80'], ['10.1.2.3:443']],
  ['10.0.0.0/8', ['10.255.0.1:443', '[::ffff:10.0.0.1]:443'], ['11.0.0.1:443', 'ten.test:443']],
  ['2001:db8::1', ['[2001:db8::1]:443'], ['[2001:db8::2]:443']],
  ['[2001:db8::1]:80', ['[2001:db8::1]:80'], ['[2001:db8::1]:443']],
  ['2001:db8::/32', ['[2001:db8:1::]:443'], ['[2001:db9::]:443']],
]

for (const [text, covered, others] of exceptions) {
  test(`the exception ${text} covers ${covered.join(' and ')}${others.length > 0 ? `, not ${others.join(' nor ')}` : ''}`, () => {
    const exception = parseException(text)
    assert.ok(exception)

    for (const [authorities, expected] of [
      [covered, true],
      [others, false],
    ] as const)
      for (const authority of authorities) {
        const target = parseHostPort(authority)
        assert.equal(target && isExcepted(target, [exception]), expected, authority)
      }
  })
}

test('what is none of these is no exception', () => {
  for (const text of ['', 'a b', '<local>', '10.*', '10.0.0.0/33', '.10.0.0.1', 'a.test:', 'a.test:0', '.', '*.'])
    assert.equal(parseException(text), undefined, text)
})
