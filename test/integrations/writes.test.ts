/** Several files at once: all of them, or none. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../world.ts'

const long = 'x'.repeat(4096)

/** Writes both files in a process that may write no file of more than 1 KiB, and gives what it threw. */
function writeBoth(first: string, second: string): { code: string; message: string; hint: string } {
  const program = `
    import { writeAll } from ${JSON.stringify(new URL('../../src/integrations/writes.ts', import.meta.url).href)}
    process.on('SIGXFSZ', () => {})
    const [first, second] = process.argv.slice(1)
    try {
      writeAll([{ path: first, text: 'short', mode: 0o600 }, { path: second, text: '${long}', mode: 0o600 }])
    } catch ({ code, message, hint }) {
      console.log(JSON.stringify({ code, message, hint }))
    }`
  const words = [process.execPath, '--input-type=module', '--eval', program, first, second]
  const { stdout, stderr } = spawnSync('/bin/sh', ['-c', 'ulimit -f 2; exec "$@"', 'sh', ...words], {
    encoding: 'utf8',
  })
  assert.equal(stderr, '')
  return JSON.parse(stdout)
}

const skip = process.platform === 'win32' && 'a limit on the size of files is of POSIX'

test('a write that fails takes back the one before it', { skip }, (t) => {
  const folder = temporaryFolder(t)
  const [first, second] = [join(folder, 'first'), join(folder, 'second')]
  writeFileSync(first, 'before')

  const thrown = writeBoth(first, second)

  assert.equal(thrown.code, 'file_unwritable')
  assert.equal(readFileSync(first, 'utf8'), 'before')
  assert.equal(existsSync(second), false)
})

test('a write that cannot be taken back names its file, and what failed before', { skip }, (t) => {
  const folder = temporaryFolder(t)
  const [first, second] = [join(folder, 'first'), join(folder, 'second')]
  writeFileSync(first, long)

  const thrown = writeBoth(first, second)

  assert.equal(thrown.code, 'rollback_failed')
  assert.ok(thrown.message.startsWith(`${first} could not be put back after a failure (${second} cannot be written: `))
  assert.match(thrown.hint, /`cordon integration disable codex`/)
})
