/** docs/configuration.md against the schema it describes. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { parseConfig } from '../../src/config/load.ts'
import { everyKey } from '../../src/config/schema-keys.ts'
import { blocksOf, pageAt, pages, rowsOf } from './pages.ts'

const page = pageAt('docs/configuration.md')

test('the page has every key of cordon.toml, with its default and the sentence of the schema, and no other', () => {
  const rows = rowsOf(page).filter(([key = '']) => /^`[a-z_.]+`$/.test(key))

  const told = rows.map(([key = '', , fallback, sentence]) => [key.slice(1, -1), fallback, sentence])

  const wanted = everyKey()
    .filter(({ isTable }) => !isTable)
    .map(({ path, fallback, description }) => [
      path,
      fallback === undefined ? '' : `\`${JSON.stringify(fallback)}\``,
      description,
    ])
  assert.deepEqual(told.map(withoutRequired).sort(), wanted.sort())
})

test('a key is called required where a file without it is faulty', () => {
  const required = rowsOf(page).flatMap(([key = '', , fallback]) => (fallback === 'required' ? [key] : []))

  assert.deepEqual(required, [
    '`listen`',
    '`routes.name`',
    '`routes.match.host`',
    '`routes.auth.type`',
    '`routes.auth.header_name`',
    '`routes.auth.type`',
    '`routes.auth.username`',
    '`routes.auth.secret.source`',
    '`routes.auth.secret.account`',
    '`routes.auth.secret.source`',
    '`network.proxy_auth.username`',
    '`network.proxy_auth.secret.source`',
    '`network.proxy_auth.secret.account`',
    '`network.proxy_auth.secret.source`',
  ])
})

for (const one of pages) {
  for (const [index, example] of blocksOf(one, 'toml').entries()) {
    test(`the TOML example ${index + 1} of ${one.path} is a configuration that cordon takes`, () => {
      const whole = /^listen\b/m.test(example) ? example : `listen = 6790\n\n${example}`

      assert.doesNotThrow(() => parseConfig(whole, 'cordon.toml'))
    })
  }
}

const withoutRequired = ([key, fallback, sentence]: readonly (string | undefined)[]) => [
  key,
  fallback === 'required' ? '' : fallback,
  sentence,
]
