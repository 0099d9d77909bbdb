import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { codex } from '../../src/integrations/codex.ts'
import { daemonHolds, staleDaemon, stopDaemon } from '../../src/integrations/codex-daemon.ts'
import { runCodex } from '../codex.ts'
import { temporaryFolder } from '../world.ts'

const oldProxy = { HTTPS_PROXY: 'http://127.0.0.1:9889' }
const newProxy = { HTTPS_PROXY: 'http://127.0.0.1:9890' }

/** A home whose pid file names a process of ours that has the old proxy in its environment. */
async function startStandIn(
  t: TestContext,
): Promise<{ home: string; child: ChildProcess; write(facts: object): void }> {
  const home = temporaryFolder(t)
  const folder = join(home, 'app-server-daemon')
  mkdirSync(folder)
  writeFileSync(join(home, '.env'), '')
  const child = spawn(process.execPath, ['-e', 'console.log("up"); setInterval(() => {}, 1000)'], {
    env: { ...oldProxy, SSL_CERT_FILE: '/home/sam/.config/cordon/user/certs/ca.pem' },
  })
  t.after(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  const write = (facts: object) =>
    writeFileSync(join(folder, 'daemon.pid'), JSON.stringify({ pid: child.pid, ...facts }))
  write({})
  return { home, child, write }
}

test('a home without a pid file has no daemon, and stopping none leaves no trace', async (t) => {
  const home = temporaryFolder(t)

  assert.deepEqual(staleDaemon(home, newProxy), { state: 'none' })
  assert.equal(await stopDaemon(home, process.env), false)
  assert.deepEqual(readdirSync(home), [])
})

test('a pid file that is half written, or whose process has ended, is no daemon', async (t) => {
  const { home, child } = await startStandIn(t)
  child.kill('SIGKILL')
  await once(child, 'exit')

  assert.deepEqual(staleDaemon(home, newProxy), { state: 'none' })
  writeFileSync(join(home, 'app-server-daemon', 'daemon.pid'), '{"pid":')
  assert.deepEqual(staleDaemon(home, newProxy), { state: 'none' })
})

test('a daemon lives in the environment it was started with', { skip: process.platform !== 'linux' }, async (t) => {
  const { home, child } = await startStandIn(t)

  assert.deepEqual(staleDaemon(home, oldProxy), { state: 'current', pid: child.pid })
  assert.deepEqual(staleDaemon(home, newProxy), { state: 'stale', pid: child.pid })
  assert.equal(daemonHolds(home, '/home/sam/.config/cordon/user'), true)
  assert.equal(daemonHolds(home, '/home/sam/.config/cordon/use'), false)
})

test('a pid that the system has given to another process is no daemon', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const { home, write } = await startStandIn(t)

  write({ processIdentity: { bootId: 'x', startTicks: 1 } })

  assert.deepEqual(staleDaemon(home, oldProxy), { state: 'none' })
})

const pathWithCodex = [join(dirname(dirname(import.meta.dirname)), 'node_modules', '.bin'), process.env['PATH']].join(
  delimiter,
)

/** Starts the daemon of the real Codex and tells its pid. Its updater, which `daemon stop` leaves running, ends at once. */
async function startDaemon(home: string): Promise<number> {
  const started = await runCodex({
    home,
    cwd: home,
    env: {},
    args: ['app-server', 'daemon', 'start'],
    timeoutMs: 60_000,
  })
  assert.equal(started.code, 0, started.stderr)
  const text = readFileSync(join(home, 'app-server-daemon', 'daemon-updater.pid'), 'utf8')
  process.kill((JSON.parse(text) as { pid: number }).pid, 'SIGTERM')
  return (JSON.parse(started.stdout) as { pid: number }).pid
}

test('a set-up stops the daemon of an older one, and so does its undoing', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const root = temporaryFolder(t)
  const [home, stateFolder] = [join(root, 'codex-home'), join(root, 'state')]
  const variables = { ...oldProxy, SSL_CERT_FILE: join(stateFolder, 'certs', 'combined-ca.pem') }
  const context = {
    scope: 'user',
    cwd: root,
    env: { PATH: pathWithCodex, HOME: root, CODEX_HOME: home },
    stateFolder,
    variables,
    self: { command: 'cordon', options: '' },
  } as const
  await codex.apply(context, codex.plan(context))
  await startDaemon(home)

  const current = await codex.stopStaleDaemon(context)
  const moved = await codex.stopStaleDaemon({ ...context, variables: { ...variables, ...newProxy } })
  await startDaemon(home)
  await codex.revert(context, async () => undefined)
  const undone = await codex.stopStaleDaemon({ ...context, variables: {} })

  assert.deepEqual({ current, moved, undone }, { current: false, moved: true, undone: true })
  assert.deepEqual(staleDaemon(home, {}), { state: 'none' })
})

test('a daemon that cannot be stopped is told with the command that does it', async (t) => {
  const { home } = await startStandIn(t)

  await assert.rejects(stopDaemon(home, { PATH: home }), (thrown: Error & { code?: string; hint?: string }) => {
    assert.equal(thrown.code, 'daemon_not_stopped')
    assert.match(thrown.message, /no `codex` on the PATH/)
    assert.match(thrown.hint ?? '', /codex app-server daemon stop/)
    return true
  })
})
