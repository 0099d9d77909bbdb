/** The whole way with a real Secret Service: from a set-up that chooses it to a request that it leaves waiting. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { setKey } from '../../src/config/toml-text.ts'
import { type Desk, put, type Result } from '../desk.ts'
import { type SecretService, secretServiceSkip, startSecretService } from '../secret-service.ts'
import {
  type CodexWorld,
  canary,
  done,
  fieldOf,
  leadToOrigin,
  openCodexWorld,
  placesHoldingKey,
  quietConfig,
} from './codex-world.ts'

const skip = secretServiceSkip
const entry = { service: 'cordon', username: 'openai' }

/** A desk in a session with a keyring, Codex not set up yet. */
async function openKeyringWorld(t: TestContext): Promise<{ world: CodexWorld; keyring: SecretService }> {
  const keyring = await startSecretService(t)
  const world = await openCodexWorld({ DBUS_SESSION_BUS_ADDRESS: keyring.env.DBUS_SESSION_BUS_ADDRESS })
  t.after(() => world.close())
  put(world.desk, '.codex/config.toml', quietConfig)
  return { world, keyring }
}

async function startWith({ desk, origin, start }: CodexWorld, key: string): Promise<Result> {
  const setUp = await done(desk.cordon(['setup', 'codex', '--yes']))
  await done(desk.cordon(['secret', 'set', 'openai'], { input: key }))
  await leadToOrigin(desk, origin.port)
  await start()
  return setUp
}

/** A request as any program makes it that `cordon env` leads. */
async function ask(desk: Desk): Promise<Result> {
  const { stdout } = await done(desk.cordon(['env', '--json']))
  const env = JSON.parse(stdout) as NodeJS.ProcessEnv
  return desk.run('curl', ['-sS', 'https://api.openai.com/v1/models'], { env })
}

const lastKey = ({ origin }: CodexWorld) => {
  const request = origin.requests.at(-1)
  return request && fieldOf(request, 'authorization')
}

test('where a keyring opens, set-up chooses it and says why, and Codex works with the key in it', {
  skip,
}, async (t) => {
  const { world, keyring } = await openKeyringWorld(t)

  const setUp = await startWith(world, canary)
  const run = await world.exec()

  assert.match(setUp.stderr, /secret goes to the system keyring, which opens on this machine\./)
  assert.equal(await keyring.lookup(entry), canary)
  assert.equal(run.code, 0, run.stderr)
  assert.ok(world.origin.requests.length > 0)
  for (const request of world.origin.requests) assert.equal(fieldOf(request, 'authorization'), `Bearer ${canary}`)
  assert.deepEqual(placesHoldingKey(world), [])
})

test('a key that another program puts into the keyring is used by the next request', { skip }, async (t) => {
  const { world } = await openKeyringWorld(t)
  const { desk } = world
  await startWith(world, 'the first key')
  const first = await ask(desk)
  const before = lastKey(world)

  const attributes = Object.entries(entry).flat()
  await done(desk.run('secret-tool', ['store', '--label', 'mine', ...attributes], { input: 'the second key' }))
  const second = await ask(desk)

  assert.equal(first.code, 0, first.stderr)
  assert.equal(before, 'Bearer the first key')
  assert.equal(second.code, 0, second.stderr)
  assert.equal(lastKey(world), 'Bearer the second key')
})

test('a keyring that hangs is told within the time that cordon.toml gives it, and used again when it wakes', {
  skip,
}, async (t) => {
  const { world, keyring } = await openKeyringWorld(t)
  const { desk } = world
  await startWith(world, canary)
  const file = join(desk.project, 'cordon.toml')
  writeFileSync(file, setKey(readFileSync(file, 'utf8'), ['secrets', 'timeout'], 0.5))
  await world.start()
  const before = world.origin.requests.length

  process.kill(keyring.pid(), 'SIGSTOP')
  const hung = await ask(desk)
  const run = await world.exec()
  const reached = world.origin.requests.length - before
  process.kill(keyring.pid(), 'SIGCONT')
  const awake = await ask(desk)

  const sentence = /The secret \\?"openai\\?" did not come out of the system keyring within 0\.5 s\./
  assert.match(hung.stdout, sentence)
  assert.ok(hung.ms >= 500 && hung.ms < 1500, `it took ${hung.ms} ms`)
  assert.equal(run.code, 1)
  assert.match(run.stdout, /did not come out of the system keyring within 0\.5 s/)
  assert.equal(reached, 0)
  assert.equal(awake.code, 0, awake.stderr)
  assert.equal(lastKey(world), `Bearer ${canary}`)
})
