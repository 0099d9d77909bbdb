import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { lstatIfThere, makePrivateFolder, modeOf, readIfThere, refuseSymlink, writeWhole } from '../../src/base/file.ts'
import { temporaryFolder } from '../world.ts'

test('a file is written whole, keeps its mode, and leaves nothing beside it', (t) => {
  const folder = temporaryFolder(t)
  const file = join(folder, 'kept.toml')
  writeFileSync(file, 'before', { mode: 0o640 })

  writeWhole(file, 'after')

  assert.equal(readFileSync(file, 'utf8'), 'after')
  assert.equal(modeOf(file), 0o640)
  assert.deepEqual(readdirSync(folder), ['kept.toml'])
})

test('a write that fails leaves the old content and says which file', (t) => {
  const folder = temporaryFolder(t)
  const file = join(folder, 'in-the-way')
  mkdirSync(file)

  assert.throws(() => writeWhole(file, 'after'), {
    code: 'file_unwritable',
    message: new RegExp(`^${file} cannot be written: `),
  })

  assert.deepEqual(readdirSync(folder), ['in-the-way'])
})

test('a link to a file keeps its place, and the file behind it gets the content', (t) => {
  const folder = temporaryFolder(t)
  const file = join(folder, 'real.toml')
  const link = join(folder, 'link.toml')
  writeFileSync(file, 'before')
  symlinkSync(file, link)

  writeWhole(link, 'after')

  assert.equal(readFileSync(file, 'utf8'), 'after')
  assert.equal(lstatIfThere(link)?.isSymbolicLink(), true)
})

test('absence is a value, and a file that cannot be read is a failure', (t) => {
  const folder = temporaryFolder(t)

  assert.equal(readIfThere(join(folder, 'none')), undefined)
  assert.equal(readIfThere(join(folder, 'none', 'below')), undefined)
  assert.throws(() => readIfThere(folder), { code: 'file_unreadable' })
})

test('a private folder is made for its owner alone, and one that is open is tightened', (t) => {
  const folder = join(temporaryFolder(t), 'cordon')
  mkdirSync(folder)
  chmodSync(folder, 0o755)

  makePrivateFolder(folder)
  makePrivateFolder(join(folder, 'deeper'))

  assert.equal(statSync(folder).mode & 0o777, 0o700)
  assert.equal(statSync(join(folder, 'deeper')).mode & 0o777, 0o700)
})

test('a file that decides about trust may not be a link', (t) => {
  const folder = temporaryFolder(t)
  const link = join(folder, 'ca-key.pem')
  symlinkSync('/dev/null', link)

  assert.throws(() => refuseSymlink(link), { code: 'symlink_refused' })
  assert.doesNotThrow(() => refuseSymlink(join(folder, 'none')))
})

test('a pipe, a device or an endless file in the place of a file is refused, and nothing waits for it', (t) => {
  const folder = temporaryFolder(t)
  const [pipe, device, large] = ['pipe', 'device', 'large'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  assert.equal(spawnSync('mkfifo', [pipe]).status, 0)
  symlinkSync('/dev/zero', device)
  writeFileSync(large, '')
  truncateSync(large, 1 << 30)

  for (const [path, why] of [
    [pipe, 'it is a pipe or a device, and no file'],
    [device, 'it is a pipe or a device, and no file'],
    [large, 'it is larger than 64 MiB'],
  ])
    assert.throws(() => readIfThere(String(path)), {
      code: 'file_unreadable',
      message: `${path} cannot be read: ${why}.`,
    })
})
