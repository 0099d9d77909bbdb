import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { modeOf } from '../../src/base/file.ts'
import { readPointer, removePointer, writePointer } from '../../src/control/pointer.ts'
import { temporaryFolder } from '../world.ts'

const pointer = { pid: process.pid, socket: '/somewhere/control.sock' }

test('a running proxy is found again by what it left', (t) => {
  const folder = temporaryFolder(t)

  writePointer(folder, pointer)

  assert.deepEqual(readPointer(folder), pointer)
  assert.equal(modeOf(join(folder, 'run.json')), 0o600)
  removePointer(folder, process.pid)
  assert.equal(readPointer(folder), undefined)
})

test('what a killed proxy left behind is no pointer, nor is a damaged file', (t) => {
  const folder = temporaryFolder(t)
  const { pid } = spawnSync(process.execPath, ['-e', ''])

  writePointer(folder, { ...pointer, pid })
  assert.equal(readPointer(folder), undefined)
  writeFileSync(join(folder, 'run.json'), '{"pid":')

  assert.equal(readPointer(folder), undefined)
})
