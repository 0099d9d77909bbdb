/** docs/clients.md against the contract of the environment. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { variablesOf } from '../../src/config/environment.ts'
import { pageAt, rowsOf } from './pages.ts'

test('the page has every variable of cordon env, with who reads it and what for, and no other', () => {
  const certs = { caCert: '', bundle: '', trustStore: '' }
  const variables = variablesOf({ certs, proxyUrl: 'http://user:token@127.0.0.1:6790', before: {} })

  const told = rowsOf(pageAt('docs/clients.md')).filter(([cell = '']) => /^`\w+`$/.test(cell))

  assert.deepEqual(
    told,
    variables.map(({ name, readers, why }) => [`\`${name}\``, readers, why]),
  )
})
