import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { cordonBinary } from '../desk.ts'
import { openPage } from './transcript.ts'

/** Runs `cordon --version` with another version of Node pretended. */
const as = (node: string) =>
  `NODE_OPTIONS='--import "data:text/javascript,Object.defineProperty(process.versions,\`node\`,{value:\`${node}\`})"' cordon --version`

test('a Node that is too old is told in one sentence, and package.json asks for the same', {
  skip: cordonBinary !== undefined && 'the executable has a Node of its own, and reads no NODE_OPTIONS',
}, async (t) => {
  const page = openPage(t)

  for (const node of ['22.22.0', '24.19.0', '25.9.0', '26.1.0']) {
    const { code, stdout, stderr } = await page.typed(as(node))
    assert.equal(
      stderr,
      `✗ cordon needs Node 24.20, 26.2 or a newer one, and this is ${node}. (node_too_old)\n  hint: install a newer one, or take the executable, which brings its own\n`,
    )
    assert.deepEqual([code, stdout], [1, ''])
  }
  for (const node of ['24.20.0', '26.2.0', '27.0.0']) assert.equal((await page.typed(as(node))).code, 0, node)

  const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  assert.equal(engines.node, '^24.20.0 || >=26.2.0')
})
