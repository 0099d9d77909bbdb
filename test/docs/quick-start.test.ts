/**
 * docs/quick-start.md, walked from its first line to its last. The Internet is a proxy of ours, as companies have them, that
 * leads the API of the page to an origin on loopback.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import test from 'node:test'
import { startCompanyProxy } from '../company-proxy.ts'
import { openDesk, put } from '../desk.ts'
import { originCa, startOrigin } from '../world.ts'
import { blocksOf, pageAt, root } from './pages.ts'
import { madeUpKey, typePage } from './typed.ts'

const page = pageAt('docs/quick-start.md')

test('every command of the quick start does what the page shows, and its first request carries the key', async (t) => {
  const desk = openDesk()
  t.after(() => desk.clear())
  const api = await startOrigin(t, 'api.openai.com', { answer: (_, response) => response.end('{"object":"list"}\n') })
  const company = await startCompanyProxy(t, { places: { [api.host]: api.port } })

  await typePage(page, desk, {
    HTTPS_PROXY: `http://127.0.0.1:${company.hop.at.port}`,
    NODE_EXTRA_CA_CERTS: put(desk, '../origin-ca.pem', originCa.pem),
  })

  assert.deepEqual(
    api.requests.map(({ target, fields }) => [target, fields['authorization']]),
    [['/v1/models', `Bearer ${madeUpKey}`]],
  )
})

const isLong = process.env['LONG'] ? false : 'it builds cordon three times: LONG=1 runs it'

test('each of the three ways to get cordon ends with a cordon that runs', {
  skip: isLong,
  timeout: 600_000,
}, async (t) => {
  const desk = openDesk()
  t.after(() => desk.clear())
  const ways = blocksOf(page, 'sh').slice(0, 3)
  const PATH = [dirname(process.execPath), join(desk.home, '.local/bin'), '/usr/local/bin:/usr/bin:/bin'].join(
    delimiter,
  )
  // How this machine reaches the registry is its own business.
  const npm = { npm_config_userconfig: join(homedir(), '.npmrc'), npm_config_cache: join(homedir(), '.npm') }
  const env = { ...process.env, ...desk.env, ...npm, PATH, npm_config_prefix: join(desk.home, '.local') }

  assert.equal(ways.length, 3)
  for (const [index, way] of ways.entries()) {
    const clone = join(desk.folder, `clone-${index}`)
    execFileSync('git', ['clone', '--quiet', root, clone])
    const script = `set -e\nshopt -s expand_aliases\ncd '${clone}'\n${way}\ncd '${desk.project}'\ncordon --version`
    const run = await desk.run('bash', ['-c', script], { env, timeoutMs: 300_000 })

    assert.equal(run.code, 0, run.stderr)
    assert.match(run.stdout, /^cordon \d+\.\d+\.\d+ /m)
    rmSync(join(desk.home, '.local/bin/cordon'), { force: true })
  }
})
