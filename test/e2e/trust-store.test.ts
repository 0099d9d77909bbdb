/** A program that has the proxy and no variable for its roots: it believes Debian's store, and what cordon put there. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { setKey } from '../../src/config/toml-text.ts'
import { cordonFile, openDesk, put } from '../desk.ts'
import { noOwnStore, ownStore } from '../trust/own-store.ts'
import { originCa, startOrigin } from '../world.ts'

const realKey = 'real-key-77d0c4f1b2ea9635'

test('curl with the system store alone gets through cordon between trust and untrust', {
  skip: noOwnStore,
}, async (t) => {
  const desk = openDesk()
  t.after(() => desk.clear())
  const api = await startOrigin(t, 'api.vendor.test')
  await desk.cordon(['setup'])
  const trust = put(desk, 'origin-ca.pem', originCa.pem)
  put(desk, 'cordon.toml', setKey(readFileSync(join(desk.project, 'cordon.toml'), 'utf8'), ['tls', 'trust'], [trust]))
  const auth = ['--auth-type', 'header', '--header-name', 'Authorization', '--scheme', 'Bearer']
  const route = ['--host', api.host, '--connect-to', `127.0.0.1:${api.port}`, '--name', 'api', '--source', 'age']
  await desk.cordon(['route', 'add', ...route, ...auth])
  await desk.cordon(['secret', 'set', 'api'], { input: realKey })
  await desk.start()
  const { HTTPS_PROXY } = JSON.parse((await desk.cordon(['env', '--json'])).stdout) as { HTTPS_PROXY: string }
  const before = ownStore(desk)
  const cordon = (word: string) => desk.run(before, [process.execPath, cordonFile, word, '--store', 'system'])
  const curl = () =>
    desk.run(before, ['curl', '-sS', '--max-time', '20', `https://${api.host}/v1/x`], { env: { HTTPS_PROXY } })

  const untrusted = await curl()
  const done = await cordon('trust')
  const trusted = await curl()
  await cordon('untrust')
  const again = await curl()

  assert.equal(done.code, 0, done.stderr)
  assert.match(untrusted.stderr, /SSL certificate problem/)
  assert.equal(trusted.stdout, '{"ok":true}')
  assert.equal(api.requests[0]?.fields['authorization'], `Bearer ${realKey}`)
  assert.match(again.stderr, /SSL certificate problem/)
})
