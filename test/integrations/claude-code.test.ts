import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { placeholderIn } from '../../src/config/known-hosts.ts'
import { claudeCode } from '../../src/integrations/claude-code.ts'
import { setUp, startFolders, takeBack } from './settings-world.ts'

test('the settings of Claude Code get variables, a placeholder, a hook, and keep what was there', async (t) => {
  const own = '{\n  // mine\n  "model": "opus",\n  "env": { "A": "1" },\n  "hooks": { "SessionStart": [] }\n}\n'
  const { context, home } = startFolders(t, { 'home/.claude/settings.json': own })

  await setUp(claudeCode, context('user'))

  const text = readFileSync(join(home, '.claude/settings.json'), 'utf8')
  const { model, env, hooks } = JSON.parse(text.replace('// mine', ''))
  assert.match(text, /\/\/ mine\n/)
  assert.equal(model, 'opus')
  assert.deepEqual(env, { A: '1', ...context('user').variables, ANTHROPIC_API_KEY: placeholderIn('ANTHROPIC_API_KEY') })
  assert.equal(hooks.SessionStart.length, 1)
})

test('the hook of Claude Code tells in one sentence that cordon does not run, and nothing when it does', async (t) => {
  const { context, home } = startFolders(t)
  const hookFor = async (command: string) => {
    await setUp(claudeCode, { ...context('user'), self: { command, options: " --config '/a b/cordon.toml'" } })
    const { hooks } = JSON.parse(readFileSync(join(home, '.claude/settings.json'), 'utf8'))
    return execFileSync('sh', ['-c', hooks.SessionStart[0].hooks[0].command], { encoding: 'utf8' })
  }

  assert.equal(await hookFor('true'), '')
  assert.deepEqual(JSON.parse(await hookFor('false')), {
    systemMessage:
      "cordon does not run, so no request will pass. To mend it, run: cordon start --config '/a b/cordon.toml'",
  })
})

test('a comment behind a line of ours survives the way back', async (t) => {
  const { context, home } = startFolders(t, { 'home/.claude/settings.json': '{\n  "model": "opus"\n}\n' })
  const path = join(home, '.claude/settings.json')
  await setUp(claudeCode, context('user'))
  const { writeFileSync } = await import('node:fs')
  writeFileSync(
    path,
    readFileSync(path, 'utf8').replace('"model": "opus",', '"model": "opus", // best\n  "mine": [1], // too'),
  )

  const { notices } = await takeBack(claudeCode, context('user'))

  assert.deepEqual(notices, [])
  assert.equal(readFileSync(path, 'utf8').replace(/\s+/g, ' '), '{ "model": "opus", // best "mine": [1] // too } ')
})

test('a key of the person in the settings stays, and is told', async (t) => {
  const own = '{ "env": { "ANTHROPIC_API_KEY": "sk-ant-canary-of-mine" } }\n'
  const { context, home } = startFolders(t, { 'home/.claude/settings.json': own })

  const { notices, changes } = claudeCode.plan(context('user'))

  assert.match(notices.join(), /settings\.json sets ANTHROPIC_API_KEY itself/)
  assert.ok(changes.some(({ path }) => path === join(home, '.claude/settings.json')))
})

test('a subscription of Claude Code stays logged in: no placeholder takes its place, and no route is added', async (t) => {
  const login = '{"claudeAiOauth":{"accessToken":"sk-ant-oat01-x"}}'
  const { context, home } = startFolders(t, { 'home/.claude/.credentials.json': login })

  const { notices } = claudeCode.plan(context('user'))
  await setUp(claudeCode, context('user'))

  assert.match(notices.join(), /logged in with a subscription/)
  assert.deepEqual(claudeCode.routes(context('user')), [])
  assert.doesNotMatch(readFileSync(join(home, '.claude/settings.json'), 'utf8'), /ANTHROPIC_API_KEY/)
})

test('settings that are no JSON are told with their line, and stay', async (t) => {
  const { context } = startFolders(t, { 'home/.claude/settings.json': '{\n  "a": 1,\n  oops\n}\n' })

  assert.throws(() => claudeCode.plan(context('user')), {
    code: 'settings_unreadable',
    message: /settings\.json is not a JSON object that cordon can edit \(line 3\)\.$/,
  })
})
