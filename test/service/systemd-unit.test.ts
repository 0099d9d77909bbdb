/** The units as the machine's own systemd reads them. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Program } from '../../src/service/init-system.ts'
import { machineSystemd, userSystemd } from '../../src/service/systemd.ts'
import { oddProgram } from './odd-program.ts'

const systemd = {
  skip: spawnSync('systemd-analyze', ['--version']).status !== 0 && 'this machine has no systemd-analyze',
}

test('systemd understands the unit of a user, and cordon finds in it what it is about', systemd, (t) => {
  const { label, render, notesIn } = userSystemd(process.env)
  const path = unitFile(t, render(oddProgram))

  const verified = spawnSync('systemd-analyze', ['verify', '--user', '--man=no', path], {
    encoding: 'utf8',
    env: { ...process.env, XDG_RUNTIME_DIR: dirname(path) },
  })

  assert.deepEqual([verified.status, verified.stderr], [0, ''])
  assert.deepEqual(notesIn(render(oddProgram)), oddProgram.notes)
  assert.deepEqual(notesIn('[X-Installed]\nNotes={"config":}\n'), {})
  t.diagnostic(`${label}: ${scoreOf(path)}`)
})

test('systemd understands the unit of a user of its own, and finds next to nothing to harden', systemd, (t) => {
  const { label, render } = machineSystemd(process.env)
  const path = unitFile(t, render({ ...oddProgram, user: 'daemon' }))

  const verified = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' })

  assert.deepEqual([verified.status, verified.stderr], [0, ''])
  const score = scoreOf(path)
  t.diagnostic(`${label}: ${score}`)
  assert.ok(Number(/[\d.]+/.exec(score)?.[0]) < 2, score)
})

test('a program whose files lie in /tmp keeps the /tmp that it knows', () => {
  const { render } = userSystemd(process.env)
  const elsewhere: Program = { ...oddProgram, start: ['/usr/bin/cordon', 'start'] }

  assert.match(render(elsewhere), /^PrivateTmp=yes$/m)
  assert.doesNotMatch(render({ ...elsewhere, folder: '/tmp/x' }), /PrivateTmp/)
})

/** `systemd-analyze security`: 0 is closed, 10 is open. */
function scoreOf(path: string): string {
  const words = ['security', '--offline=yes', '--no-pager', path]
  const { stdout } = spawnSync('systemd-analyze', words, { encoding: 'utf8' })
  return /exposure level for \S+: ([\d.]+ \w+)/.exec(stdout)?.[1] ?? stdout
}

function unitFile(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-unit-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'cordon-demo.service')
  writeFileSync(path, text)
  return path
}
