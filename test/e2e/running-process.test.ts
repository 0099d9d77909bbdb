/** What another process of the same machine finds of a cordon that runs. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { askHealth } from '../../src/control/health.ts'
import { ownerOfPort } from '../../src/doctor/port-owner.ts'
import { cordonBinary, cordonFile, formsOf, openDesk } from '../desk.ts'

const canary = 'canary-of-the-running-process-51f2'
const onLinux = process.platform === 'linux' ? false : 'there is no /proc here'

test('a signal opens no debugger, and the secret is in neither environment nor command line', {
  skip: onLinux,
}, async (t) => {
  const desk = openDesk()
  t.after(() => desk.clear())
  await desk.cordon(['setup'])
  await desk.cordon(['route', 'add', '--host', 'api.openai.com', '--source', 'age'])
  await desk.cordon(['secret', 'set', 'openai'], { input: canary })
  const cordon = await desk.start([], { env: { NODE_OPTIONS: '--inspect-port=127.0.0.1:0' } })

  process.kill(cordon.process.pid ?? 0, 'SIGUSR1')
  // The signal was handled, one way or the other, before this request was answered.
  const health = await askHealth(cordon.port)

  assert.equal(health.kind, 'cordon')
  assert.doesNotMatch(cordon.output(), /Debugger listening/)
  assert.deepEqual(listeningPortsOf(cordon.process.pid ?? 0), [cordon.port])
  const seen = ['environ', 'cmdline']
    .map((file) => readFileSync(`/proc/${cordon.process.pid}/${file}`, 'latin1'))
    .join()
  for (const form of formsOf(canary)) assert.equal(seen.includes(form), false)
})

test('no command opens a debugger for a signal, for it may be holding a key', { skip: onLinux }, async (t) => {
  const desk = openDesk()
  t.after(() => desk.clear())
  await desk.cordon(['setup'])
  const cordon = await desk.start()
  const logs = spawn(cordonBinary ?? process.execPath, [...(cordonBinary ? [] : [cordonFile]), 'logs', '-f'], {
    cwd: desk.project,
    env: desk.env,
  })
  t.after(() => logs.kill())
  const ended = once(logs, 'close')
  let said = ''
  logs.stderr.on('data', (text) => {
    said += text
  })
  const told = once(logs.stdout, 'data')
  await desk.run('curl', ['-s', '-x', `http://127.0.0.1:${cordon.port}`, 'http://127.0.0.1:9/'])
  await told

  logs.kill('SIGUSR1')
  await cordon.stop()
  await ended

  assert.equal(said, '')
})

/** Every TCP port that the process listens on, from the table that the kernel keeps. */
function listeningPortsOf(pid: number): number[] {
  const lines = readFileSync(`/proc/${pid}/net/tcp`, 'utf8').split('\n').slice(1)
  const listening = lines.map((line) => line.trim().split(/\s+/)).filter(([, , , state]) => state === '0A')
  const ports = listening.map(([, local]) => Number.parseInt(local?.split(':')[1] ?? '', 16))
  return ports.filter((port) => ownerOfPort(port)?.pid === pid)
}
