import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { followLines, lastLines } from '../../src/base/log-file.ts'

test('all that a process prints is in its file, and a full file is put aside', (t) => {
  const path = fileFor(t)

  const { stdout, stderr } = printing(
    path,
    `process.stdout.write('one é\\n'); process.stderr.write('two\\n'); console.log('three', process.stdout.isTTY)
    process.stdout.write('four\\n', () => process.stderr.write('five\\n'))`,
  )

  assert.deepEqual([stdout, stderr], ['', ''])
  assert.equal(readFileSync(path, 'utf8'), 'four\nfive\n')
  assert.equal(readFileSync(`${path}.1`, 'utf8'), 'three false\n')
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('a full file that cannot be put aside grows on', (t) => {
  const path = fileFor(t)
  mkdirSync(join(`${path}.1`, 'in the way'), { recursive: true })

  const { status } = printing(path, `for (const word of ['one', 'two', 'three', 'four']) console.log(word)`)

  assert.equal(status, 0)
  assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\nthree\nfour\n')
})

test('the last lines are read, and none of a file that is not there', (t) => {
  const path = fileFor(t)
  assert.deepEqual(lastLines(path, 5), [])

  writeFileSync(path, 'one\ntwo\nthree\nunfin')

  assert.deepEqual(lastLines(path, 2), ['two', 'three'])
  assert.deepEqual(lastLines(path, 0), [])
})

test('a reader of the log is told each line once, also those of the file after', async (t) => {
  const path = fileFor(t)
  writeFileSync(path, 'one\ntwo\nthr')
  const lines = followLines(path, 1)
  const next = async () => (await lines.next()).value

  assert.equal(await next(), 'two')
  appendFileSync(path, Buffer.from('eé\n').subarray(0, 2))
  const third = next()
  appendFileSync(path, Buffer.from('eé\nfour\n').subarray(2))
  assert.deepEqual([await third, await next()], ['threé', 'four'])

  appendFileSync(path, 'five\n')
  renameSync(path, `${path}.1`)
  writeFileSync(path, 'six\n')
  assert.deepEqual([await next(), await next()], ['five', 'six'])
  await lines.return(undefined)
})

/** A process that prints to a file, of 8 bytes at most. */
function printing(path: string, script: string) {
  const own = fileURLToPath(new URL('../../src/base/log-file.ts', import.meta.url))
  const whole = `import { printTo } from '${own}'\nprintTo('${path}', 8)\n${script}`
  return spawnSync(process.execPath, ['--input-type=module', '-e', whole], { encoding: 'utf8' })
}

function fileFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-log-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return join(folder, 'service.log')
}
