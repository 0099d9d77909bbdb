/** docs/migration.md against the table of known hosts. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { hostsOfVariable } from '../../src/config/known-hosts.ts'
import { pageAt, root, rowsOf } from './pages.ts'

test('the page has every variable that cordon knows, with the routes that its key is for', () => {
  const source = readFileSync(join(root, 'src/config/known-hosts.ts'), 'utf8')
  const variables = new Set([...source.matchAll(/'([A-Z]+(?:_[A-Z]+)+)'/g)].map(([, name = '']) => name))
  const wanted = [...variables].map((name) => [
    name,
    hostsOfVariable(name).flatMap((known) => (known.regionOf ? [] : [known.name])),
  ])

  const told = rowsOf(pageAt('docs/migration.md')).flatMap(([names = '', routes = '']) =>
    wordsIn(names).map((name) => [name, wordsIn(routes)]),
  )

  assert.ok(wanted.length > 0)
  assert.deepEqual(told.toSorted(), wanted.toSorted())
})

const wordsIn = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word)
