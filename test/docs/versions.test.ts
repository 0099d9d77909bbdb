/** The versions that the pages of agents say they were tested with. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import test from 'node:test'
import { pageAt, root } from './pages.ts'

test('the page of each agent names the version that its test installs', () => {
  const tests = globSync('test/e2e/agents/*.test.ts', { cwd: root })
  assert.ok(tests.length > 0)
  for (const file of tests) {
    const [, version = ''] =
      /packages: \{ \w+: \['.+?(?:@|==)([\d.]+)'\]/.exec(readFileSync(join(root, file), 'utf8')) ?? []
    const page = pageAt(`docs/${basename(file, '.test.ts')}.md`)

    assert.match(page.text, new RegExp(`ested with [\\w ]+ ${version.replaceAll('.', '\\.')}\\b`), page.path)
  }
})

test('the page of Codex names the version that is installed beside the tests', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'node_modules/@openai/codex/package.json'), 'utf8'))
  const [minor = ''] = /^\d+\.\d+/.exec(manifest.version) ?? []

  assert.ok(pageAt('docs/codex.md').text.includes(`tested with Codex ${minor}.`))
})
