import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unwrapGoKeyring } from '../../src/secrets/go-keyring.ts'
import type { KeyringPlace } from '../../src/secrets/source.ts'

const place: KeyringPlace = { source: 'keyring', service: 'gh:github.com', account: 'sam', decode: 'go-keyring' }

test('both wrappings of go-keyring are taken off, and a bare value stays as it is', () => {
  const value = 'gho_canary/+='

  const wrapped = [
    `go-keyring-base64:${Buffer.from(value).toString('base64')}`,
    `go-keyring-encoded:${Buffer.from(value).toString('hex')}`,
    value,
  ]

  assert.deepEqual(
    wrapped.map((one) => unwrapGoKeyring(one, place)),
    [value, value, value],
  )
})

test('a damaged wrapping is refused without showing what is in it', () => {
  for (const damaged of ['go-keyring-base64:canary!', 'go-keyring-encoded:canary', 'go-keyring-encoded:abc']) {
    assert.throws(() => unwrapGoKeyring(damaged, place), {
      code: 'secret_unfit',
      message: 'The secret "sam" of gh:github.com is not what go-keyring writes.',
    })
  }
})
