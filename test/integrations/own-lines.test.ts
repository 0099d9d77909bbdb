/** What a person does to our own lines, or to a whole file of ours: what is the person's stays, and what stays of ours is told. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import test from 'node:test'
import type { Part } from '../../src/integrations/integration.ts'
import { integrations } from '../../src/integrations/integrations.ts'
import { type Folders, setUp, snapshot, startFoldersWithoutGit, takeBack } from './settings-world.ts'

const mine: Readonly<Record<string, string>> = {
  json: '{\n  // mine-1\n  "mine-2": 1\n}\n',
  toml: '# mine-1\nmine-2 = 1\n',
  plain: '# mine-1\nMINE=mine-2\n',
  yaml: '# mine-1\nmine: mine-2\n',
}
const kindOf = (path: string) =>
  /\.json$/.test(path) ? 'json' : /\.toml$/.test(path) ? 'toml' : /\.yml$/.test(path) ? 'yaml' : 'plain'

const pairs = integrations.flatMap((agent) => agent.scopes.map((scope) => ({ agent, scope })))
const isShared = ({ kind }: Part) => kind === 'block' || kind === 'keys' || kind === 'json'

/** Sets the agent up on a person's files, and gives those that we only have a part in. */
async function setUpOnMine({ root, context }: Folders, { agent, scope }: (typeof pairs)[number]): Promise<string[]> {
  mkdirSync(join(root, 'project', '.devcontainer'), { recursive: true })
  writeFileSync(join(root, 'project', '.devcontainer', 'devcontainer.json'), mine['json'] ?? '')
  const paths = agent
    .plan(context(scope))
    .changes.filter(({ part }) => isShared(part))
    .map(({ path }) => path)
  for (const path of paths) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, mine[kindOf(path)] ?? '')
  }
  await setUp(agent, context(scope))
  return paths
}

const isBlock = (path: string) => ['plain', 'yaml'].includes(kindOf(path))
const always = () => true
const never = () => false

/** Edits of our lines, and in which files what they leave has to be told. */
const edits: Readonly<Record<string, { edit(text: string): string; isTold(path: string): boolean }>> = {
  'a value of ours changed': {
    edit: (text) => text.replace(/(SSL_CERT_FILE\W{1,6})[^"]+/, '$1other'),
    isTold: always,
  },
  'a line of ours taken out': { edit: (text) => text.replace(/^.*SSL_CERT_FILE.*\n/m, ''), isTold: never },
  'a comment put between ours': {
    edit: (text) =>
      text.replace(
        /^(\s*)(.*SSL_CERT_FILE)/m,
        (line, margin) => `${margin}${line.includes('"SSL') ? '//' : '#'} mine-3\n${line}`,
      ),
    isTold: isBlock,
  },
  'the first line of our block taken out': { edit: (text) => text.replace(/^# >>> .*\n/m, ''), isTold: never },
  'the last line of our block taken out': { edit: (text) => text.replace(/^# <<< .*\n/m, ''), isTold: never },
}

for (const pair of pairs)
  for (const [what, { edit, isTold }] of Object.entries(edits))
    test(`${pair.agent.name} in the ${pair.scope} scope, with ${what}: the person's stays, and ours goes or is told`, async (t) => {
      const folders = startFoldersWithoutGit(t)
      const paths = await setUpOnMine(folders, pair)
      const changed = paths.filter((path) => {
        const text = readFileSync(path, 'utf8')
        writeFileSync(path, edit(text))
        return edit(text) !== text
      })

      const { notices } = await takeBack(pair.agent, folders.context(pair.scope))

      for (const path of paths) {
        const text = readFileSync(path, 'utf8')
        const marks = [
          'mine-1',
          'mine-2',
          ...(changed.includes(path) && what.startsWith('a comment') ? ['mine-3'] : []),
        ]
        for (const mark of marks) assert.ok(text.includes(mark), `${mark} of ${path}:\n${text}`)
        assert.doesNotMatch(text, /t{43}|>>> cordon|cordon-placeholder/, path)
        const told = notices.some((notice) => notice.startsWith(`${path}:`))
        assert.equal(told, changed.includes(path) && isTold(path), notices.join('\n'))
      }
    })

for (const pair of pairs)
  test(`${pair.agent.name} in the ${pair.scope} scope, with its files removed: they stay away`, async (t) => {
    const folders = startFoldersWithoutGit(t)
    const paths = await setUpOnMine(folders, pair)
    for (const path of paths) rmSync(path)

    const { notices } = await takeBack(pair.agent, folders.context(pair.scope))

    for (const path of paths) assert.equal(existsSync(path), false)
    assert.deepEqual(
      notices.toSorted(),
      paths.map((path) => `${path} was removed since the set-up, and stays away.`).toSorted(),
    )
  })

for (const pair of pairs)
  test(`${pair.agent.name} in the ${pair.scope} scope, with links in the place of its files: followed in a home, left in a project`, async (t) => {
    const folders = startFoldersWithoutGit(t)
    const paths = await setUpOnMine(folders, pair)
    const elsewhere = join(folders.root, 'dotfiles')
    mkdirSync(elsewhere)
    const moved = paths.map((path, index) => ({ path, to: join(elsewhere, `${index}-${basename(path)}`) }))
    for (const { path, to } of moved) {
      renameSync(path, to)
      symlinkSync(to, path)
    }
    const before = snapshot(elsewhere)

    const { notices } = await takeBack(pair.agent, folders.context(pair.scope))

    if (pair.scope === 'project') assert.deepEqual(snapshot(elsewhere), before)
    for (const { path, to } of moved) {
      if (pair.scope === 'user') assert.equal(readFileSync(to, 'utf8'), mine[kindOf(path)])
      else assert.ok(notices.some((notice) => notice.startsWith(`${path} is behind a symbolic link`)))
    }
  })

test('a file of ours alone that was moved behind a link goes, and the link with it', async (t) => {
  const { root, context, home } = startFoldersWithoutGit(t)
  const [hermes] = integrations.filter(({ name }) => name === 'hermes')
  assert.ok(hermes)
  await setUp(hermes, context('user'))
  renameSync(join(home, '.hermes', '.env'), join(root, 'moved'))
  symlinkSync(join(root, 'moved'), join(home, '.hermes', '.env'))

  await takeBack(hermes, context('user'))

  assert.equal(existsSync(join(root, 'moved')), false)
  assert.deepEqual(snapshot(home).keys().toArray(), [])
})

test('settings that a program wrote anew keep what it put there, and lose ours', async (t) => {
  const { context, home } = startFoldersWithoutGit(t, {
    'home/.claude/settings.json': '{"model":"opus","env":{"A":"1"}}',
  })
  const [claude] = integrations.filter(({ name }) => name === 'claude-code')
  assert.ok(claude)
  const path = join(home, '.claude', 'settings.json')
  await setUp(claude, context('user'))
  const settings = { ...JSON.parse(readFileSync(path, 'utf8')), theme: 'dark' }
  writeFileSync(path, JSON.stringify(settings, null, 2))

  await takeBack(claude, context('user'))

  assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), { model: 'opus', env: { A: '1' }, theme: 'dark' })
})
