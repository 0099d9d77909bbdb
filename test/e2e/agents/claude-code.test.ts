import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { placeholderIn } from '../../../src/config/known-hosts.ts'
import { put } from '../../desk.ts'
import { answerOfModel } from '../../model-origin.ts'
import { type AgentShape, canary, onlyLong, startAgentWorld } from './world.ts'

const shape: AgentShape = {
  packages: { npm: ['@anthropic-ai/claude-code@2.1.197'] },
  program: 'claude',
  agent: 'claude-code',
  routes: [{ name: 'anthropic', host: 'api.anthropic.com' }],
}

test(
  'Claude Code gets its answer, the origin alone sees the key, and commands see the placeholder',
  onlyLong,
  async (t) => {
    const world = await startAgentWorld(t, shape)
    const ownHook = { hooks: [{ type: 'command', command: 'env > seen-by-commands' }] }
    put(world.desk, '.claude/settings.json', JSON.stringify({ hooks: { SessionStart: [ownHook] } }))

    const run = await world.run(['-p', 'say hello'], { ANTHROPIC_API_KEY: 'sk-ant-of-the-shell' })

    assert.equal(run.code, 0, run.stderr)
    assert.equal(run.stdout.trim(), answerOfModel)
    const turns = world.origin.requests.filter(({ path }) => path.startsWith('/v1/messages'))
    assert.ok(turns.length > 0)
    for (const { fields } of turns) assert.equal(fields['x-api-key'], canary)
    for (const { fields } of turns) assert.equal(fields['authorization'], undefined)
    const seen = readFileSync(join(world.desk.project, 'seen-by-commands'), 'utf8')
    assert.match(seen, new RegExp(`^ANTHROPIC_API_KEY=${placeholderIn('ANTHROPIC_API_KEY')}$`, 'm'))
    assert.match(seen, new RegExp(`^HTTPS_PROXY=http://.*@127.0.0.1:${world.cordon.port}$`, 'm'))
    assert.deepEqual(world.placesHoldingKey(), [])
  },
)

test('Claude Code says at its start that cordon does not run', onlyLong, async (t) => {
  const world = await startAgentWorld(t, shape)
  await world.cordon.stop()

  const run = await world.run(['-p', 'say hello', '--output-format', 'stream-json', '--verbose'], {
    CLAUDE_CODE_MAX_RETRIES: '0',
  })

  assert.notEqual(run.code, 0)
  assert.match(run.stdout, /cordon does not run, so no request will pass/)
})
