import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { loadConfig, parseConfig } from '../../src/config/load.ts'
import { scaffold } from '../../src/config/scaffold.ts'
import { everyKey } from '../../src/config/schema-keys.ts'

const example = fileURLToPath(new URL('../../cordon.example.toml', import.meta.url))

test('the example is a sound configuration', () => {
  const { listen, routes } = loadConfig(example)

  assert.equal(listen, 6790)
  assert.deepEqual(
    routes.map(({ name, auth, secret }) => [name, auth.type, secret.source]),
    [
      ['openai', 'header', 'keyring'],
      ['github-git', 'basic', 'keyring'],
      ['internal', 'header', 'age'],
      ['local-model', 'header', 'age'],
    ],
  )
})

test('the example shows every key there is', () => {
  const text = readFileSync(example, 'utf8')
  const keys = everyKey()

  const missing = keys.filter(
    ({ path }) => !new RegExp(`(^|[\\s.#{[])${path.split('.').at(-1)}(\\]| =)`, 'm').test(text),
  )

  assert.ok(keys.length > 20)
  assert.deepEqual(
    missing.map(({ path }) => path),
    [],
  )
})

test('the keys that the example leaves out are sound too', () => {
  const text = readFileSync(example, 'utf8').replaceAll(/^#(?=[a-z_.]+ = )/gm, '')

  const { tls, routes } = parseConfig(text, '/home/sam/cordon.toml')

  assert.equal(tls.caCert, '/home/sam/certs/ca-cert.pem')
  assert.deepEqual(routes[0]?.match.methods, ['GET', 'POST'])
  assert.deepEqual(routes[1]?.secret, {
    source: 'keyring',
    account: 'github.com',
    service: 'gh:github.com',
    decode: 'go-keyring',
    store: 'kernel',
  })
})

test('every key has a sentence for the documentation', () => {
  for (const { path, description } of everyKey()) assert.match(description, /\.$/, path)
})

test('a fresh file is a sound configuration, and so is the route in its comment', () => {
  const fresh = scaffold(7101)
  const live = fresh.replaceAll(/^# {3}/gm, '')

  assert.deepEqual([parseConfig(fresh, 'x').listen, parseConfig(fresh, 'x').routes], [7101, []])
  assert.deepEqual(
    parseConfig(live, 'x').routes.map(({ name }) => name),
    ['openai'],
  )
})
