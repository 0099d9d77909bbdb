/** The way back, and the background process that would live on with what it was started with. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { setKey, valueAt } from '../../src/config/toml-text.ts'
import { filesHolding, put } from '../desk.ts'
import { type CodexWorld, canary, done, leadToOrigin, openCodexWorld, quietConfig } from './codex-world.ts'

/** A project under git whose Codex a person has used for long: settings, variables, a login with a real key. */
async function startUsedProject(t: TestContext): Promise<CodexWorld> {
  const world = await openCodexWorld()
  t.after(() => world.close())
  const { desk } = world
  await done(desk.run('git', ['init', '-q']))
  put(desk, '.git/info/exclude', '# mine\n*.swp\n')
  put(desk, '.codex/config.toml', `${quietConfig}\n[shell_environment_policy.set]\nEDITOR = 'vi' # of course\n`)
  put(desk, '.codex/.env', 'GREETING="hello"\r\n')
  writeFileSync(join(world.codexHome, 'auth.json'), JSON.stringify({ auth_mode: 'apikey', OPENAI_API_KEY: canary }), {
    mode: 0o600,
  })
  return world
}

/** Every file below the folder: its bytes and its mode. */
function stateOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  return Object.fromEntries(
    names.map((name) => {
      const stat = statSync(join(folder, name))
      const content = stat.isFile() ? readFileSync(join(folder, name), 'latin1') : ''
      return [name, `${stat.mode.toString(8)} ${content}`]
    }),
  )
}

test('a real key moves from the login of Codex into the store, works from there, and comes back with every other byte', async (t) => {
  const world = await startUsedProject(t)
  const { desk, origin, codexHome } = world
  const exclude = join(desk.project, '.git', 'info')
  const before = { codex: stateOf(codexHome), exclude: stateOf(exclude) }

  await done(desk.cordon(['setup', 'codex', '--yes']))
  const holding = filesHolding(desk.folder, canary)
  await leadToOrigin(desk, origin.port)
  await world.start()
  const run = await world.exec()
  const status = await done(desk.run('git', ['status', '--porcelain']))
  const disabled = await done(desk.cordon(['integration', 'disable', 'codex']))

  assert.deepEqual(holding, [])
  assert.equal(run.code, 0, run.stderr)
  assert.equal(status.stdout, '?? cordon.toml\n')
  assert.doesNotMatch(disabled.stderr, /stays/)
  const after = stateOf(codexHome)
  assert.deepEqual(Object.fromEntries(Object.keys(before.codex).map((name) => [name, after[name]])), before.codex)
  assert.deepEqual(
    Object.keys(after).filter((name) => /cordon/.test(name)),
    [],
  )
  assert.deepEqual(stateOf(exclude), before.exclude)
})

test('where there was no Codex before, its undoing leaves none', async (t) => {
  const world = await openCodexWorld()
  t.after(() => world.close())
  const { desk } = world

  await done(desk.cordon(['setup', 'codex', '--yes']))
  await done(desk.cordon(['setup', 'codex', '--yes']))
  await done(desk.cordon(['integration', 'disable', 'codex']))

  assert.deepEqual(readdirSync(desk.project), ['cordon.toml'])
})

test('a set-up for another port stops the background process that has the old one', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const { desk, codex, codexHome } = await startUsedProject(t)
  await done(desk.cordon(['setup', 'codex', '--yes']))
  const started = await codex(['app-server', 'daemon', 'start'])
  assert.equal(started.code, 0, started.stderr)
  const { pid } = JSON.parse(started.stdout) as { pid: number }
  endUpdater(codexHome)

  const again = await done(desk.cordon(['setup', 'codex', '--yes']))
  const livesOn = isAlive(pid)
  const file = join(desk.project, 'cordon.toml')
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, setKey(text, ['listen'], Number(valueAt(text, ['listen'])) + 1))
  const moved = await done(desk.cordon(['setup', 'codex', '--yes']))

  assert.equal(livesOn, true)
  assert.doesNotMatch(again.stderr + again.stdout, /Stopped/)
  assert.match(
    moved.stderr + moved.stdout,
    /Stopped the background process of Codex, which still had its old environment/,
  )
  assert.equal(isAlive(pid), false)
})

/** `daemon stop` leaves the daemon's updater running. */
function endUpdater(codexHome: string): void {
  const { pid } = JSON.parse(readFileSync(join(codexHome, 'app-server-daemon', 'daemon-updater.pid'), 'utf8')) as {
    pid: number
  }
  if (isAlive(pid)) process.kill(pid, 'SIGTERM')
}

/** A process that has ended and that nobody has asked about yet has no command line any more. */
function isAlive(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`).length > 0
  } catch {
    return false
  }
}
