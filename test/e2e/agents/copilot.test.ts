import assert from 'node:assert/strict'
import test from 'node:test'
import { answerOfModel } from '../../model-origin.ts'
import { canary, onlyLong, startAgentWorld } from './world.ts'

test('Copilot CLI gets its answer, and the origins alone see the token', onlyLong, async (t) => {
  const world = await startAgentWorld(t, {
    packages: { npm: ['@github/copilot@1.0.102'] },
    program: 'copilot',
    agent: 'copilot',
    routes: [
      { name: 'copilot', host: 'api.githubcopilot.com' },
      { name: 'copilot-login', host: 'api.github.com' },
    ],
  })

  const run = await world.run(['-p', 'say hello'])

  assert.equal(run.code, 0, run.stderr)
  assert.match(run.stdout, new RegExp(answerOfModel))
  const asked = world.origin.requests.map(({ host, path }) => `${host}${path.replace(/\?.*/, '')}`)
  for (const place of ['api.github.com/copilot_internal/user', 'api.githubcopilot.com/chat/completions'])
    assert.ok(asked.includes(place), place)
  for (const { fields } of world.origin.requests) assert.match(fields['authorization'] ?? '', new RegExp(canary))
  assert.deepEqual(world.placesHoldingKey(), [])
})
