import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { aider } from '../../src/integrations/aider.ts'
import { setUp, startFolders } from './settings-world.ts'

test('aider gets one line in its settings, below what a person wrote', async (t) => {
  const { context, project } = startFolders(t, { 'project/.aider.conf.yml': 'model: sonnet\nread:\n  - NOTES.md' })

  await setUp(aider, context('project'))

  assert.equal(
    readFileSync(join(project, '.aider.conf.yml'), 'utf8'),
    `model: sonnet
read:
  - NOTES.md
# >>> cordon >>> put in by cordon, which also takes it out, and the line break before it
env-file: "${project}/.aider.cordon.env"
# <<< cordon <<<
`,
  )
})

for (const text of [
  'env-file: mine.env\n',
  '"env-file": mine\n',
  '{model: sonnet}\n',
  'model: sonnet\n...\n',
  'a: [\n',
  'model: *nobody\n',
])
  test(`settings of aider that read ${JSON.stringify(text)} stay, and the command names the file`, (t) => {
    const { context, project } = startFolders(t, { 'project/.aider.conf.yml': text })

    const { changes, notices, next } = aider.plan(context('project'))

    assert.deepEqual(
      changes.map(({ path }) => path.replace(`${project}/`, '')),
      ['.git/info/exclude', '.aider.cordon.env'],
    )
    assert.match(notices.join(), /names an env-file of its own, or is not one setting a line/)
    assert.deepEqual(next, [`aider --env-file ${project}/.aider.cordon.env`])
  })

test('a key in the .env of the home, which aider reads too, stays and is told', (t) => {
  const { context, home } = startFolders(t, { 'home/.env': 'OPENAI_API_KEY=sk-real\nPORT=3000\n' })

  assert.deepEqual(aider.plan(context('user')).notices, [
    `${home}/.env sets OPENAI_API_KEY, which every program of yours can read: \`cordon import ${home}/.env\` moves it into the store.`,
  ])
})
