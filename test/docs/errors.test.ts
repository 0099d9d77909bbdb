/** docs/errors.md against the codes that stand in the source. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { silentIn, thrownIn } from '../../.ci/thrown.ts'
import { subjects } from '../../src/cli/help/codes/codes.ts'
import { openDesk, put } from '../desk.ts'
import { pageAt, root } from './pages.ts'

const codesOnPage = [...pageAt('docs/errors.md').text.matchAll(/^### ([a-z_]+)$/gm)].map(([, code = '']) => code)

/** Where a code can stand: in an error, in the table of the wire, in the faults of a file, in the line of an old Node. */
const places = [
  /new CordonErrors?\(\s*'([a-z_]+)'/g,
  /\btold\(\s*'([a-z_]+)'/g,
  /\bsuper\(\s*'([a-z_]+)'/g,
  /^ {2}([a-z_]+): (?:client|cordon|origin)\(/gm,
  /\bcode: '([a-z]+_[a-z_]+)'/g,
  /\(([a-z]+(?:_[a-z]+)+)\)\\n/g,
]

function codesInSource(): Set<string> {
  const codes = new Set<string>()
  for (const file of globSync('src/**/*.ts', { cwd: root })) {
    const text = readFileSync(join(root, file), 'utf8')
    for (const place of places) for (const [, code = ''] of text.matchAll(place)) codes.add(code)
  }
  return codes
}

test('the page has every error code of the source, once, and no other', () => {
  assert.deepEqual(codesOnPage.toSorted(), [...codesInSource()].toSorted())
})

test('every code that the wire has an answer of its own for is told with its status', () => {
  const text = readFileSync(join(root, 'src/proxy/refuse.ts'), 'utf8')
  const own = [...text.matchAll(/^ {2}([a-z_]+): (?:client|cordon|origin)\(/gm)].map(([, code = '']) => code)
  const onWire = subjects.flatMap(({ wire, both }) => Object.keys({ ...wire, ...both }))

  assert.ok(own.length > 20)
  assert.deepEqual(
    own.filter((code) => !onWire.includes(code)),
    [],
  )
})

test('every code has the sentences it is told with, and no error of the source is left out', () => {
  const told = new Set(thrownIn().map(({ code }) => code))

  assert.deepEqual(
    codesOnPage.filter((code) => !told.has(code)),
    [],
  )
  assert.deepEqual(silentIn(), [])
})

test('what a command prints is found on the page, with capitals for what differs', async (t) => {
  const desk = openDesk()
  t.after(() => desk.clear())
  await desk.cordon(['setup'])
  put(desk, 'other/cordon.toml', 'listen = 6790\n')

  for (const words of [
    ['start', '--config', 'none.toml'],
    ['status'],
    ['secret', 'set', 'none'],
    ['start', '--config', 'other/cordon.toml'],
  ]) {
    const { stderr } = await desk.cordon(words)
    const [, sentence = '', code = ''] = /^✗ (.*) \((\w+)\)$/m.exec(stderr) ?? []
    assert.notEqual(code, '', words.join(' '))
    assert.ok(
      patternsOf(code).some((pattern) => pattern.test(sentence)),
      stderr,
    )
  }
})

function patternsOf(code: string): RegExp[] {
  const [, section = ''] = pageAt('docs/errors.md').text.split(`\n### ${code}\n`)
  const [, block = ''] = /```text\n(.*?)```/s.exec(section) ?? []
  const plain = (line: string) => line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/[A-Z]{2,}|…/g, '.+')
  return block.split('\n').map((line) => new RegExp(`^${plain(line)}$`))
}
