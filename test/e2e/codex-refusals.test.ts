/** What a person reads when something is missing: Codex ends at once, and its last words are ours, with the mending command. */
import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import type { CodexResult } from '../codex.ts'
import { startCompanyProxy } from '../company-proxy.ts'
import { canary, done, placesHoldingKey, startCodexWorld } from './codex-world.ts'

const world = await startCodexWorld()
const { desk, origin } = world
after(() => world.close())
await world.exec()

/** Codex ended with the sentence after a single try, over the WebSocket path. */
function assertToldAtOnce({ code, stdout, stderr, ms }: CodexResult, sentence: RegExp): void {
  assert.equal(code, 1, stderr)
  assert.match(stdout, sentence)
  assert.doesNotMatch(stdout, /Reconnecting|Falling back/)
  assert.ok(ms < 1000, `it took ${ms} ms`)
}

test('a secret that was deleted while cordon runs ends codex exec at once, with the command that mends it', async () => {
  await done(desk.cordon(['secret', 'delete', 'openai']))
  const before = origin.requests.length

  const run = await world.exec()

  assertToldAtOnce(run, /There is no secret .+ in the encrypted file .+ To mend it, run `cordon secret set openai`\./)
  assert.equal(origin.requests.length, before)
})

test('a cordon that was started without a secret says the same, until there is one', async () => {
  await world.start(['--keep-going'])

  const run = await world.exec()
  await done(desk.cordon(['secret', 'set', 'openai'], { input: canary }))
  const mended = await world.exec()

  assertToldAtOnce(run, /To mend it, run `cordon secret set openai`\./)
  assert.equal(mended.code, 0, mended.stderr)
})

test('a revoked client token ends codex exec at once, and setting Codex up again mends it', async () => {
  await done(desk.cordon(['token', 'revoke', 'codex']))
  const before = origin.requests.length

  const run = await world.exec()
  const reached = origin.requests.length - before
  await done(desk.cordon(['setup', 'codex', '--yes']))
  const mended = await world.exec()

  assertToldAtOnce(run, /The client token is not one of this cordon, or it was revoked\. To mend it, .*`cordon setup/)
  assert.equal(reached, 0)
  assert.equal(mended.code, 0, mended.stderr)
})

test('a client token that was rotated is in the files of Codex already', async () => {
  await done(desk.cordon(['token', 'rotate', 'codex']))

  const run = await world.exec()

  assert.equal(run.code, 0, run.stderr)
})

test('a proxy before cordon that nobody runs, or that wants a password, ends codex exec at once', async (t) => {
  const company = await startCompanyProxy(t, { wants: 'sam:right' })
  for (const route of ['openai', 'openai-models'])
    await done(desk.cordon(['route', 'edit', route, '--connect-to', 'elsewhere.test:443']))
  const behind = async (port: number) => {
    desk.env['HTTPS_PROXY'] = `http://127.0.0.1:${port}`
    await world.start()
    return world.exec()
  }

  const unreachable = await behind(9)
  const denied = await behind(company.hop.at.port)

  assertToldAtOnce(
    unreachable,
    /The proxy 127\.0\.0\.1:9, which HTTPS_PROXY names, cannot be reached \(ECONNREFUSED\)\./,
  )
  assertToldAtOnce(denied, /which HTTPS_PROXY names, wants a user name and a password \(407\)\./)
})

test('after all of these nothing holds the real key but the encrypted store', () => {
  assert.deepEqual(placesHoldingKey(world), [])
})
