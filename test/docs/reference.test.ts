/** The parts of the pages that the source writes. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { pagesOfSource } from '../../.ci/reference.ts'
import { pageAt } from './pages.ts'

for (const [path, text] of Object.entries(pagesOfSource()))
  test(`${path} says what the source says; \`npm run reference\` writes it anew`, () => {
    assert.equal(pageAt(path).text, text, `${path} is not what the source says: run \`npm run reference\``)
  })
