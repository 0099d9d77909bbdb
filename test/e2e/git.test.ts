/** git through cordon, led by the variables of `cordon env` and nothing else, as a real `sh` sets them. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { openBench, realKey } from '../compatibility/bench.ts'
import { type Desk, formsOf } from '../desk.ts'

test('git clones with Basic, no CONNECT of it lacks the token, and the key is nowhere but at the origin', async (t) => {
  const bench = await openBench(t)
  const commit = makeRepository(bench.desk)

  const run = await bench.sh(
    `env; git clone --quiet https://${bench.git.host}/project.git clone && git -C clone rev-parse HEAD`,
  )

  assert.ok(run.stdout.endsWith(`\n${commit}\n`), run.stderr)
  const expected = `Basic ${Buffer.from(`x-access-token:${realKey}`).toString('base64')}`
  assert.deepEqual(new Set(bench.git.requests.map(({ fields }) => fields.authorization)), new Set([expected]))
  assert.doesNotMatch(bench.cordon.output(), /token_missing/)
  for (const form of formsOf(realKey)) assert.ok(!`${run.stdout}${bench.cordon.output()}`.includes(form), form)
})

/** A bare repository with one commit, whose name is returned. */
function makeRepository({ folder, env }: Desk): string {
  const git = (...words: string[]) => {
    const person = ['-c', 'user.name=Sam', '-c', 'user.email=sam@vendor.test']
    const run = spawnSync('git', [...person, ...words], { env, encoding: 'utf8' })
    assert.equal(run.status, 0, run.stderr)
    return run.stdout.trim()
  }
  const [work, bare] = [join(folder, 'work'), join(folder, 'repositories', 'project.git')]
  git('init', '--quiet', work)
  writeFileSync(join(work, 'README'), 'cloned\n')
  git('-C', work, 'add', 'README')
  git('-C', work, 'commit', '--quiet', '--message', 'first')
  git('clone', '--quiet', '--bare', work, bare)
  return git('-C', bare, 'rev-parse', 'HEAD')
}
