import assert from 'node:assert/strict'
import test from 'node:test'
import { answerOfModel } from '../../model-origin.ts'
import { canary, onlyLong, startAgentWorld } from './world.ts'

test('Qwen Code gets its answer, and the origin alone sees the key', onlyLong, async (t) => {
  const world = await startAgentWorld(t, {
    packages: { npm: ['@qwen-code/qwen-code@0.24.4'] },
    program: 'qwen',
    agent: 'qwen',
    routes: [{ name: 'dashscope', host: 'dashscope.aliyuncs.com' }],
  })

  const run = await world.run(['-p', 'say hello'])

  assert.equal(run.code, 0, run.stderr)
  assert.match(run.stdout, new RegExp(answerOfModel))
  const turns = world.origin.requests.filter(({ path }) => path === '/compatible-mode/v1/chat/completions')
  assert.ok(turns.length > 0)
  for (const { fields } of turns) assert.equal(fields['authorization'], `Bearer ${canary}`)
  assert.deepEqual(world.placesHoldingKey(), [])
})
