import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import test from 'node:test'
import { placeholder } from '../../src/integrations/codex-auth.ts'
import { canary, done, fieldOf, leadToOrigin, openCodexWorld, quietConfig } from './codex-world.ts'

test('in the user scope the Codex of every folder goes through cordon, and no variable has to be set', async (t) => {
  const world = await openCodexWorld()
  t.after(() => world.close())
  const { desk, origin } = world
  const [home, cordonHome] = [join(desk.home, '.codex'), join(desk.home, '.config', 'cordon')]
  for (const folder of [home, cordonHome]) mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(join(home, 'config.toml'), quietConfig)
  // The port of the user scope is a fixed one, and the person who runs the tests may have a cordon there.
  writeFileSync(join(cordonHome, 'cordon.toml'), `listen = ${await freePort()}\n`)

  const setUp = await done(desk.cordon(['setup', 'codex', '--yes', '--scope', 'user']))
  await done(desk.cordon(['secret', 'set', 'openai', '--scope', 'user'], { input: canary }))
  await leadToOrigin(desk, origin.port, 'user')
  await world.start(['--scope', 'user'])
  const args = ['exec', '--json', '--skip-git-repo-check', 'say hello']
  const run = await desk.run('codex', args, { cwd: desk.folder, env: { HTTPS_PROXY: 'http://127.0.0.1:9' } })

  assert.doesNotMatch(setUp.stdout + setUp.stderr, /CODEX_HOME/)
  assert.match(readFileSync(join(home, 'auth.json'), 'utf8'), new RegExp(placeholder))
  assert.equal(run.code, 0, run.stderr)
  assert.match(run.stdout, /Hello from the origin\./)
  assert.ok(origin.requests.length > 0)
  for (const request of origin.requests) assert.equal(fieldOf(request, 'authorization'), `Bearer ${canary}`)
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : assert.fail('no port is free')
}
