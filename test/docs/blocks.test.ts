/** Every fenced block of every page is run, or is named with the test or the reason in place of that. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import test from 'node:test'
import { commandFolder, openDesk } from '../desk.ts'
import { fencedBlocksOf, pages, root } from './pages.ts'
import { comparedPages, shownBy, type Typed } from './shown-by.ts'
import { madeUpKey } from './typed.ts'

/** The kinds that have a test for all of them. */
const shownEverywhere = ['console', 'toml']

test('every fenced block of the pages is run, or named with what shows it or why nothing does', () => {
  const onPages = pages.flatMap((page) =>
    fencedBlocksOf(page)
      .filter(({ kind }) => !shownEverywhere.includes(kind) && !(kind === 'text' && comparedPages[page.path]))
      .map(({ content }) => ({ path: page.path, content })),
  )
  const named = pages.flatMap(({ path }) => (shownBy[path] ?? []).map(({ begins }) => ({ path, begins })))

  assert.deepEqual(
    onPages.map(({ path, content }, index) => [path, content.slice(0, named[index]?.begins.length ?? 40)]),
    named.map(({ path, begins }) => [path, begins]),
  )
})

test('the tests that are named for a block are there', () => {
  for (const { by } of Object.values(shownBy).flat())
    if ('file' in by) assert.ok(readFileSync(join(root, 'test', by.file), 'utf8').includes(`'${by.test}'`), by.test)
  for (const file of Object.values(comparedPages)) assert.ok(existsSync(join(root, 'test', file)), file)
})

test('every `npm run` of the pages is a script of the package', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const { path, text } of pages)
    for (const [, name = ''] of text.matchAll(/npm run (?:--\S+ )*([\w:]+)/g))
      assert.ok(name in scripts, `${path}: npm run ${name}`)
})

for (const page of pages)
  for (const one of shownBy[page.path] ?? [])
    if ('typed' in one.by) {
      const { typed } = one.by
      test(`what ${page.path} shows from \`${one.begins.replace('\n', '; ')}\` on ends well when it is typed`, async (t) => {
        const desk = openDesk()
        t.after(() => desk.clear())
        const { content = '' } = fencedBlocksOf(page).find(({ content }) => content.startsWith(one.begins)) ?? {}
        await desk.cordon(['setup', 'codex'])
        await desk.cordon(['secret', 'set', 'openai'], { input: 'sk-made-up-before' })
        const script = [typed.before, content, typed.after].join('\n')

        const run = await desk.run('sh', ['-euc', `exec 2>&1\n${script}`], {
          input: madeUpKey,
          env: {
            ...typed.env,
            PATH: [standIns(desk.folder, typed), commandFolder(desk), desk.env.PATH].join(delimiter),
          },
        })

        assert.equal(run.code, 0, run.stdout)
      })
    }

/** A folder with the programs that are not ours. */
function standIns(folder: string, { programs = {} }: Typed['typed']): string {
  const bin = join(folder, 'stand-ins')
  mkdirSync(bin)
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  return bin
}
