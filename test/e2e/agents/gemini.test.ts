import assert from 'node:assert/strict'
import test from 'node:test'
import { answerOfModel } from '../../model-origin.ts'
import { canary, onlyLong, startAgentWorld } from './world.ts'

test('Gemini CLI gets its answer, and the origin alone sees the key', onlyLong, async (t) => {
  const world = await startAgentWorld(t, {
    packages: { npm: ['@google/gemini-cli@0.61.0'] },
    program: 'gemini',
    agent: 'gemini',
    routes: [{ name: 'gemini', host: 'generativelanguage.googleapis.com' }],
  })

  const run = await world.run(['-m', 'gemini-2.5-flash', '-p', 'say hello'], {
    GEMINI_CLI_TRUST_WORKSPACE: 'true',
  })

  assert.equal(run.code, 0, run.stderr)
  assert.match(run.stdout, new RegExp(answerOfModel))
  const turns = world.origin.requests.filter(({ path }) => path.startsWith('/v1beta/models/'))
  assert.ok(turns.length > 0)
  for (const { fields } of turns) assert.equal(fields['x-goog-api-key'], canary)
  assert.deepEqual(world.placesHoldingKey(), [])
})
