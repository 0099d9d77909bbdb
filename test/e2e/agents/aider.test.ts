import assert from 'node:assert/strict'
import test from 'node:test'
import { answerOfModel } from '../../model-origin.ts'
import { canary, onlyLongWithPython, startAgentWorld } from './world.ts'

test('aider gets its answer, and the origin alone sees the key', onlyLongWithPython, async (t) => {
  const world = await startAgentWorld(t, {
    packages: { pip: ['aider-chat==0.86.2'] },
    program: 'aider',
    agent: 'aider',
    routes: [{ name: 'anthropic', host: 'api.anthropic.com' }],
  })

  const run = await world.run(['--message', 'say hello', '--no-git', '--no-check-update', '--analytics-disable'], {
    ANTHROPIC_API_KEY: 'sk-ant-of-the-shell',
  })

  assert.equal(run.code, 0, run.stderr)
  assert.match(run.stdout, new RegExp(answerOfModel))
  const turns = world.origin.requests.filter(({ path }) => path.startsWith('/v1/messages'))
  assert.ok(turns.length > 0)
  for (const { fields } of turns) assert.equal(fields['x-api-key'], canary)
  assert.deepEqual(world.placesHoldingKey(), [])
})
