/** What a command loads is most of the time it takes, and a machine that is busy does not change it. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { cordonBinary, cordonFile, type Desk, openDesk } from '../desk.ts'

const preload = join(import.meta.dirname, 'loaded.ts')
const source = join(import.meta.dirname, '../../src/cli/cordon.ts')

/** The URLs of the modules that `node <file> <words>` loads, and the names of Node's own. */
async function loadedBy(desk: Desk, file: string, words: readonly string[]): Promise<string[]> {
  const list = join(desk.folder, 'loaded')
  await desk.run(process.execPath, ['--import', preload, file, ...words], { env: { LOADED: list } })
  return readFileSync(list, 'utf8').split('\n')
}

function packagesIn(urls: readonly string[]): string[] {
  return [...new Set(urls.flatMap((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []))].sort()
}

async function setUp(t: TestContext): Promise<Desk> {
  const desk = openDesk()
  t.after(() => desk.clear())
  const { code } = await desk.cordon(['setup'])
  assert.equal(code, 0)
  return desk
}

const toRead = [
  'commander',
  'eslint-visitor-keys',
  'fastest-levenshtein',
  'signal-exit',
  'smol-toml',
  'toml-eslint-parser',
  'write-file-atomic',
  'zod',
]

test('what is typed often loads the packages it needs, and no other', async (t) => {
  const desk = await setUp(t)

  assert.deepEqual(packagesIn(await loadedBy(desk, source, ['--version'])), ['commander'])
  assert.deepEqual(packagesIn(await loadedBy(desk, source, ['env'])), toRead)
  assert.deepEqual(packagesIn(await loadedBy(desk, source, ['status'])), toRead)
})

test('as it is built, no command loads the half of Node that the names of `node:http` stand for', {
  skip: cordonBinary !== undefined && 'the executable loads nothing in that way',
}, async (t) => {
  const desk = await setUp(t)

  for (const words of [['--version'], ['env'], ['status']]) {
    const loaded = await loadedBy(desk, cordonFile, words)
    assert.ok(loaded.includes('NativeModule events'), 'the list has the modules of Node')
    assert.deepEqual(
      loaded.filter((name) => name.includes('undici')),
      [],
      words.join(' '),
    )
  }
})
