/** What is typed on macOS, through a `security` that only keeps what it was handed. It was run on no Mac. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { macosStores } from '../../src/trust/macos.ts'
import { eachTwice, stageFor, usable } from './machines.ts'

test('the login keychain takes and gives up an anchor without root, and twice is once', (t) => {
  const stage = stageFor(t, { platform: 'darwin' })
  const kept = join(stage.machine.home, 'kept.pem')
  stage.program(
    'security',
    `case $1 in
      find-certificate) cat '${kept}' 2>/dev/null ;;
      add-trusted-cert) for last; do :; done; cp "$last" '${kept}' ;;
      delete-certificate) rm '${kept}' ;;
    esac`,
  )
  const [store] = usable(macosStores(stage.machine))
  assert.ok(store)
  const anchor = stage.anchor('a.test')

  const done = eachTwice(store, stage.machine, anchor)

  assert.deepEqual(done, [true, false, true, false])
  assert.deepEqual(
    stage.calls().filter((call) => !call.includes('find-certificate')),
    [
      'security add-trusted-cert -r trustRoot -p ssl -k ~/Library/Keychains/login.keychain-db ~/trusted/cordon-test-ID.pem',
      'security remove-trusted-cert ~/trusted/cordon-test-ID.pem',
      'security delete-certificate -Z SHA1 ~/Library/Keychains/login.keychain-db',
    ],
  )
  assert.ok(stage.calls().includes('security find-certificate -a -p ~/Library/Keychains/login.keychain-db'))
})

test('no other platform has a keychain', (t) => {
  assert.deepEqual(macosStores(stageFor(t, { platform: 'linux' }).machine), [])
})
