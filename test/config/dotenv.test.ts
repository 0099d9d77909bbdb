import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assignmentsOf, fitsBetween, withValues } from '../../src/config/dotenv.ts'

const literalsIn = (text: string) =>
  assignmentsOf(text).map(({ name, line, value }) => [name, line, value.kind === 'literal' ? value.text : value.kind])

test('a value is read where every reader of such files would read the same', () => {
  const text = `\uFEFFA=one\r\n# B=two\r\nexport C = 'th$ree' # why\r\n  D="fo#ur"\n\nE=\nF=fi_ve-5 # why\nG=''`

  assert.deepEqual(literalsIn(text), [
    ['A', 1, 'one'],
    ['C', 3, 'th$ree'],
    ['D', 4, 'fo#ur'],
    ['E', 6, ''],
    ['F', 7, 'fi_ve-5'],
    ['G', 8, ''],
  ])
})

test('what readers differ about is no literal', () => {
  for (const value of [
    '$OTHER',
    '"a$b"',
    '"a\\"b"',
    "'a\\b'",
    'a#b',
    'a b',
    '`a`',
    '$(pass show key)',
    '"one\ntwo"',
    'a"b"',
  ])
    assert.deepEqual(
      literalsIn(`A=${value}\nZ=1\n`).map(([name, , kind]) => [name, kind]),
      [
        ['A', 'computed'],
        ['Z', '1'],
      ],
      value,
    )
})

test('what stands in a value that spans lines is no assignment, and a quote that never closes is told', () => {
  assert.deepEqual(literalsIn('A="one\nB=2\n"\nC=3'), [
    ['A', 1, 'computed'],
    ['C', 4, '3'],
  ])
  assert.deepEqual(literalsIn('A="one\nB=2\n'), [['A', 1, 'open']])
})

test('values are put in between the quotes that are there, and every other byte stays', () => {
  const text = `A=one\r\nexport B="two" # why\nA='one'`
  const changes = assignmentsOf(text).flatMap(({ value }, i) =>
    value.kind === 'literal' ? [{ old: value, value: `new${i}` }] : [],
  )

  assert.equal(withValues(text, changes), `A=new0\r\nexport B="new1" # why\nA='new2'`)
})

test('a value that a reader would change does not fit', () => {
  assert.deepEqual(
    (["'", '"', ''] as const).map((quote) =>
      ['a b', "it's", '$x', 'sk-1_2'].filter((value) => fitsBetween(quote, value)),
    ),
    [['a b', '$x', 'sk-1_2'], ['a b', "it's", 'sk-1_2'], ['sk-1_2']],
  )
})
