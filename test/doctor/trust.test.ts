import assert from 'node:assert/strict'
import test from 'node:test'
import { openDesk } from '../desk.ts'

test('the trust store is untouched in the eyes of a doctor whose shell has the variables of cordon env', async (t) => {
  const desk = openDesk()
  t.after(() => desk.clear())
  await desk.cordon(['setup'])
  const variables = JSON.parse((await desk.cordon(['env', '--json'])).stdout) as Record<string, string>

  const run = await desk.cordon(['doctor', '--json'], { env: variables })

  const { findings } = JSON.parse(run.stdout) as { findings: { check: string; state: string }[] }
  assert.equal(findings.find(({ check }) => check === 'trust store')?.state, 'ok', run.stdout)
})
