/** docs/compatibility.md against the record of what was run. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { clients } from '../compatibility/clients.ts'
import { columns, readRecord } from '../compatibility/record.ts'
import { pageAt, rowsOf } from './pages.ts'

test('the page has the version and the cells of every client as they were recorded, and no others', () => {
  const record = readRecord()
  const names = clients.map(({ name }) => name)

  const told = rowsOf(pageAt('docs/compatibility.md')).filter(([name = '']) => names.includes(name))

  assert.deepEqual(
    told.map((row) => row.slice(0, 2 + columns.length)),
    names.map((name) => {
      const entry = record[name]
      return [name, entry?.version, ...columns.map((column) => entry?.[column])]
    }),
  )
})
