import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextHopHolder } from '../../src/base/names.ts'
import { mendOfSecret } from '../../src/proxy/secret-fault.ts'
import { unanswered } from '../../src/secrets/keyring-fault.ts'

test('what mends a keyring that is not there names the route, or the key of cordon.toml where no command edits it', () => {
  const fault = unanswered('no-bus')

  const ofRoute = mendOfSecret(fault, 'openai', ' --scope user')
  const ofProxy = mendOfSecret(fault, nextHopHolder, ' --scope user')

  const begin = 'start a keyring, or keep the secret in the encrypted file: '
  assert.equal(ofRoute, `${begin}\`cordon route edit openai --source age --scope user\``)
  assert.equal(ofProxy, `${begin}set \`proxy_auth.secret.source = "age"\` in \`[network]\` of cordon.toml`)
})
