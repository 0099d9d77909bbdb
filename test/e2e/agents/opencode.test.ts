import assert from 'node:assert/strict'
import test from 'node:test'
import { answerOfModel } from '../../model-origin.ts'
import { canary, onlyLong, startAgentWorld } from './world.ts'

test('opencode gets its answer, and the origin alone sees the key', onlyLong, async (t) => {
  const world = await startAgentWorld(t, {
    packages: { npm: ['opencode-ai@1.18.33'] },
    program: 'opencode',
    agent: 'opencode',
    routes: [{ name: 'anthropic', host: 'api.anthropic.com' }],
  })

  const run = await world.run(['run', '-m', 'anthropic/claude-sonnet-4-5', 'say hello'])

  assert.equal(run.code, 0, run.stderr)
  assert.match(run.stdout, new RegExp(answerOfModel))
  const turns = world.origin.requests.filter(({ path }) => path.startsWith('/v1/messages'))
  assert.ok(turns.length > 0)
  for (const { fields } of turns) assert.equal(fields['x-api-key'], canary)
  assert.deepEqual(world.placesHoldingKey(), [])
})
