/** What a set-up remembers, whatever the person has in the files: the way back, and no key. */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'node:test'
import { integrationNamed, integrations } from '../../src/integrations/integrations.ts'
import type { Secret } from '../../src/secrets/secret.ts'
import type { SecretPlace } from '../../src/secrets/source.ts'
import { filesHolding } from '../desk.ts'
import { setUp, snapshot, startFolders, takeBack } from './settings-world.ts'

const key = 'sk-canary-7d20c1f09ab84e63'

/** Files of people, with the key beside, before and behind every place that a set-up may touch. */
const contents: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'of many lines': {
    json: `// ${key}\n{\n\t"mine": "${key}", // ${key}\n\t"env": {\n\t\t"MY_KEY": "${key}",\n\t},\n}\n`,
    toml: `# ${key}\nmodel = "${key}" # ${key}\n\n[shell_environment_policy.set]\nMY_KEY = "${key}"\n`,
    plain: `# ${key}\r\nMY_KEY=${key}\r\nexport OPENAI_API_KEY="${key}" # ${key}\r\n`,
  },
  'of one line': {
    json: `{"mine":"${key}","env":{"MY_KEY":"${key}"},"hooks":{"SessionStart":[{"hooks":[{"command":"${key}"}]}]},"z":"${key}"}`,
    toml: `shell_environment_policy = { set = { MY_KEY = "${key}" } }`,
    plain: `MY_KEY=${key}`,
  },
}

const kindOf = (path: string) => (/\.json$/.test(path) ? 'json' : /\.toml$/.test(path) ? 'toml' : 'plain')

/** The files that a person may have had before: those of a login, a skill or a project's container variables are others. */
const isOpenToPeople = (path: string) => !/auth\.json$|SKILL\.md$|cordon\.(env|compose\.yaml)$/.test(path)

for (const agent of integrations)
  for (const scope of agent.scopes)
    for (const [what, texts] of Object.entries(contents)) {
      test(`the undo record of ${agent.name} in the ${scope} scope holds no key of files ${what}, and every byte comes back`, async (t) => {
        const { context, root } = startFolders(t)
        for (const { path } of agent.plan(context(scope)).changes.filter((change) => isOpenToPeople(change.path))) {
          mkdirSync(dirname(path), { recursive: true })
          writeFileSync(path, texts[kindOf(path)] ?? '', { mode: 0o640 })
        }
        const before = snapshot(root)

        await setUp(agent, context(scope))
        await setUp(agent, context(scope, 6791))
        const holding = filesHolding(join(root, 'state'), key)
        const { notices } = await takeBack(agent, context(scope))

        assert.deepEqual(holding, [])
        assert.deepEqual(notices, [])
        assert.deepEqual(snapshot(root), before)
      })
    }

test('a record as the first version wrote it, with the whole texts of before, still brings every byte back', async (t) => {
  const mine = '{\n\t"mine": true,\n}\n'
  const { context, root } = startFolders(t, { 'project/.claude/settings.local.json': mine })
  const claude = integrationNamed('claude-code')
  const before = snapshot(root)
  await setUp(claude, context('project'))
  const record = join(root, 'state/project/integrations/claude-code.json')
  const { files, ...rest } = JSON.parse(readFileSync(record, 'utf8'))
  const first = files.map(({ before: _, ...file }: { before: unknown; path: string }) => ({
    ...file,
    before: before.get(file.path)?.slice('640 '.length),
  }))
  writeFileSync(record, JSON.stringify({ ...rest, version: 1, files: first }))

  const { notices } = await takeBack(claude, context('project'))

  assert.deepEqual(notices, [])
  assert.deepEqual(snapshot(root), before)
})

test('a record as the second version wrote it, without lines and with data for TOML, brings every byte back too', async (t) => {
  const config = '[shell_environment_policy.set]\nNO_PROXY = "mine.test"\n'
  const { context, root } = startFolders(t, { 'project/.codex/config.toml': config, 'project/.codex/.env': 'A=1' })
  const codex = integrationNamed('codex')
  const before = snapshot(root)
  await setUp(codex, context('project'))
  const record = join(root, 'state/project/integrations/codex.json')
  const manifest = JSON.parse(readFileSync(record, 'utf8'))
  for (const { part } of manifest.files) {
    delete part.lines
    for (const key of part.keys ?? []) if (key.previous !== undefined) key.previous = JSON.parse(key.previous)
  }
  writeFileSync(record, JSON.stringify({ ...manifest, version: 2 }))

  const { notices } = await takeBack(codex, context('project'))

  assert.deepEqual(notices, [])
  assert.deepEqual(snapshot(root), before)
})

test('a record that cordon did not write is told with its way out, and nothing is touched', async (t) => {
  const { context, root } = startFolders(t)
  const claude = integrationNamed('claude-code')
  await setUp(claude, context('project'))
  const record = join(root, 'state/project/integrations/claude-code.json')
  for (const text of ['{"version": 2', '{"version":4,"files":[],"folders":[]}', '[]']) {
    writeFileSync(record, text)
    const before = snapshot(root)

    for (const verb of [() => claude.plan(context('project')), () => takeBack(claude, context('project'))])
      await assert.rejects(async () => verb(), {
        code: 'manifest_unreadable',
        hint: `restore it from a backup; or run \`rm ${record}\`, and take out by hand what names cordon in the agent's files`,
      })

    assert.deepEqual(snapshot(root), before)
  }
})

test('the key of a login is in the store alone, and comes back with every other byte', async (t) => {
  const login = `{ "OPENAI_API_KEY" : "${key}", "note": "mine" }\n`
  const { context, root } = startFolders(t, { 'home/.codex/auth.json': login })
  const [codex] = integrations
  assert.ok(codex)
  const before = snapshot(root)
  const place: SecretPlace = { source: 'age', account: 'openai' }
  let stored: Secret | undefined
  const moveKey = async (secret: Secret) => {
    stored = secret
    return place
  }

  await codex.apply(context('user'), codex.plan(context('user')), moveKey)
  const holding = filesHolding(root, key)
  await codex.revert(context('user'), async () => stored)

  assert.deepEqual(holding, [])
  assert.deepEqual(snapshot(root), before)
})

test('a login with tokens beside its key is left alone, and told', (t) => {
  const login = `{"auth_mode":"apikey","OPENAI_API_KEY":"${key}","tokens":{"refresh_token":"${key}"}}`
  const { context } = startFolders(t, { 'home/.codex/auth.json': login })
  const [codex] = integrations

  const plan = codex?.plan(context('user'))

  assert.equal(plan?.realKey, undefined)
  assert.match(plan?.notices.join() ?? '', /Codex stays logged in by a key, with tokens of ChatGPT beside it/)
})

test('a file of a person where a set-up writes a whole one is in the way, and nothing is written', async (t) => {
  for (const agent of integrations) {
    const scope = agent.scopes[0] ?? 'user'
    const { context, root } = startFolders(t)
    const whole = agent.plan(context(scope)).changes.find(({ part }) => part.kind === 'whole')
    if (whole === undefined) continue
    mkdirSync(dirname(whole.path), { recursive: true })
    writeFileSync(whole.path, key)
    const before = snapshot(root)

    await assert.rejects(setUp(agent, context(scope)), { code: 'file_in_the_way' })

    assert.deepEqual(snapshot(root), before)
  }
})

for (const [how, end, length] of [
  ['of many lines', '\n', 5_000],
  ['of one line', '', 2_000],
] as const)
  test(`of a large file ${how} the record is made in no time, and holds nothing`, async (t) => {
    const many = Array.from({ length }, (_, i) => `"key${i}":"${key}"`).join(`,${end}`)
    const { context, root } = startFolders(t, { 'home/.claude/settings.json': `{${end}${many}${end}}${end}` })
    const [claude] = integrations.filter(({ name }) => name === 'claude-code')
    assert.ok(claude)
    const before = snapshot(root)
    const started = performance.now()

    await setUp(claude, context('user'))
    const ms = performance.now() - started
    const holding = filesHolding(join(root, 'state'), key)
    await takeBack(claude, context('user'))

    assert.ok(ms < 10_000, `${ms} ms`)
    assert.deepEqual(holding, [])
    assert.deepEqual(snapshot(root), before)
  })
