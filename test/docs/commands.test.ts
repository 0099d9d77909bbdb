/** Every block ```console of every page is typed on a desk, one desk a page, in the order of the page. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { openDesk } from '../desk.ts'
import { pageAt, pages, root } from './pages.ts'
import { hasCommands, typePage } from './typed.ts'

for (const page of pages) {
  // Its first request needs an origin: see quick-start.test.ts.
  if (!hasCommands(page) || page.path === 'docs/quick-start.md') continue
  test(`every command of ${page.path} does what the page shows`, async (t) => {
    const desk = openDesk()
    t.after(() => desk.clear())

    await typePage(page, desk)
  })
}

test('the first steps of the README make a command cordon, whatever Node the machine has', async (t) => {
  const desk = openDesk()
  t.after(() => desk.clear())
  const [alias] = /^alias cordon=.*$/m.exec(pageAt('README.md').text) ?? []
  assert.ok(alias, 'the README has no alias')
  const script = `shopt -s expand_aliases\ncd '${root}'\n${alias}\ncd '${desk.project}'\ncordon --version\n`

  const run = await desk.run('bash', ['-c', script], { env: { PATH: '/usr/bin:/bin' } })

  assert.equal(run.code, 0, run.stderr)
  assert.match(run.stdout, /^cordon \d+\.\d+\.\d+ /)
})
