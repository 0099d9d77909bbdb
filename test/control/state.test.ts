import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { modeOf } from '../../src/base/file.ts'
import { readState, removeState, writeState } from '../../src/control/state.ts'
import { temporaryFolder } from '../world.ts'

const state = {
  pid: process.pid,
  port: 6790,
  startedAt: '2026-01-02T03:04:05.000Z',
  version: '1.2.3',
  configPath: '/somewhere/cordon.toml',
}

test('a running proxy is found again by what it left', (t) => {
  const folder = temporaryFolder(t)

  writeState(folder, state)

  assert.deepEqual(readState(folder), state)
  assert.equal(modeOf(join(folder, 'run.json')), 0o600)
  removeState(folder, process.pid)
  assert.equal(readState(folder), undefined)
})

test('what a killed proxy left behind is no state, nor is a damaged file', (t) => {
  const folder = temporaryFolder(t)
  const { pid } = spawnSync(process.execPath, ['-e', ''])

  writeState(folder, { ...state, pid })
  assert.equal(readState(folder), undefined)
  writeFileSync(join(folder, 'run.json'), '{"pid":')

  assert.equal(readState(folder), undefined)
})
