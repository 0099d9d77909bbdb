/** docs/errors.md against the codes that stand in the source. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { CordonError } from '../../src/base/error.ts'
import { exitCodeOf, exitCodes } from '../../src/cli/exit.ts'
import { answerFor } from '../../src/proxy/refuse.ts'
import { pageAt, root, rowsOf } from './pages.ts'

const rows = rowsOf(pageAt('docs/errors.md')).filter(([code = '']) => /^`[a-z_]+`$/.test(code))
const codeOf = ([cell = '']: readonly string[]) => cell.slice(1, -1)

/** Where a code can stand: in an error, in the table of the wire, in the faults of a file, in the line of an old Node. */
const places = [
  /new CordonErrors?\(\s*'([a-z_]+)'/g,
  /\btold\(\s*'([a-z_]+)'/g,
  /\bsuper\(\s*'([a-z_]+)'/g,
  /^ {2}([a-z_]+): (?:client|cordon|origin)\(/gm,
  /\bcode: '([a-z]+_[a-z_]+)'/g,
  /\(([a-z]+(?:_[a-z]+)+)\)\\n/g,
]

function codesInSource(): Set<string> {
  const codes = new Set<string>()
  for (const file of globSync('src/**/*.ts', { cwd: root })) {
    const text = readFileSync(join(root, file), 'utf8')
    for (const place of places) for (const [, code = ''] of text.matchAll(place)) codes.add(code)
  }
  return codes
}

test('the page has every error code of the source, once, and no other', () => {
  const told = rows.map(codeOf)

  assert.deepEqual(told.toSorted(), [...codesInSource()].toSorted())
})

test('the page tells the status that goes over the wire', () => {
  for (const row of rows) {
    const [, , , status = ''] = row
    if (status === '') continue
    assert.equal(answerFor(new CordonError(codeOf(row), 'x'), undefined).status, Number(status), codeOf(row))
  }
})

test('the page tells a status for every code that the wire has an own answer for', () => {
  const text = readFileSync(join(root, 'src/proxy/refuse.ts'), 'utf8')
  const own = [...text.matchAll(/^ {2}([a-z_]+): (?:client|cordon|origin)\(/gm)].map(([, code]) => code)

  const told = rows.filter(([, , , status]) => status !== '').map(codeOf)

  assert.ok(own.length > 0)
  assert.deepEqual(
    own.filter((code) => !told.includes(code ?? '')),
    [],
  )
})

test('the page tells the exit code of a command that ends so', () => {
  for (const row of rows) {
    const [, , , , exit = ''] = row
    if (exit === '') continue
    assert.equal(exitCodeOf(codeOf(row)), Number(exit), codeOf(row))
  }
})

test('the page tells what each exit code means, as cordon --help does', () => {
  const told = rowsOf(pageAt('docs/errors.md')).filter(([code = '']) => /^\d+$/.test(code))

  assert.deepEqual(Object.fromEntries(told), exitCodes)
})
