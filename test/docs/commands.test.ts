/**
 * Every block ```console of every page is typed on a desk, one desk a page, in the order of the page. What a page shows
 * below a command must be what the command prints:
 *
 *     $ cordon status                     ends with 0, for no line of the output shown has a cross
 *     ✗ cordon does not run …             a line with a cross: ends with another code
 *     …                                   lines that the page leaves out
 *
 * The input of a command is a made-up key. A block ```sh is shown only.
 */
import assert from 'node:assert/strict'
import { delimiter } from 'node:path'
import test from 'node:test'
import { commandFolder, type Desk, openDesk } from '../desk.ts'
import { blocksOf, pageAt, pages, root } from './pages.ts'

interface Typed {
  command: string
  shown: string[]
}

for (const page of pages) {
  const typed = blocksOf(page, 'console').flatMap(typedIn)
  if (typed.length === 0) continue
  test(`every command of ${page.path} does what the page shows`, async (t) => {
    const desk = openDesk()
    t.after(() => desk.clear())
    const PATH = [commandFolder(desk), desk.env.PATH].join(delimiter)
    for (const { command, shown } of typed) {
      const isFailure = shown.some((line) => /^\s*✗/.test(line))
      if (/^cordon start\b/.test(command) && !isFailure) {
        const cordon = await desk.start(command.split(/\s+#/, 1)[0]?.split(' ').slice(2))
        assert.match(plain(cordon.output(), desk), asPattern(shown, desk), command)
        continue
      }
      const run = await desk.run('sh', ['-c', `{ ${command}\n} 2>&1`], { env: { PATH }, input: 'sk-made-up-by-a-test' })
      assert.equal(run.code !== 0, isFailure, `${command} ended with ${run.code}:\n${run.stdout}`)
      if (shown.length > 0) assert.match(plain(run.stdout, desk), asPattern(shown, desk), command)
    }
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

function typedIn(block: string): Typed[] {
  const typed: Typed[] = []
  for (const line of block.trimEnd().split('\n')) {
    if (line.startsWith('$ ')) typed.push({ command: line.slice(2), shown: [] })
    else typed.at(-1)?.shown.push(line)
  }
  return typed
}

/** What differs from desk to desk in one form: folders, ports, processes, times, the hash of a project. */
function plain(text: string, { home, project }: Desk): string {
  return text
    .replaceAll(project, '~/project')
    .replaceAll(home, '~')
    .replace(/project-[0-9a-f]{8}/g, 'project-HASH')
    .replace(/(127\.0\.0\.1:|\bport |listen = )\d+/gi, '$1PORT')
    .replace(/\bprocess \d+/g, 'process PID')
    .replace(/\d{4}-\d\d-\d\d(T[\d:.]+Z)?/g, 'TIME')
    .replace(/\bcordon \d+\.\d+\.\d+/g, 'cordon VERSION')
    .replace(/\b\d+ roots/g, 'N roots')
    .replace(/[ \t]+$/gm, '')
}

function asPattern(shown: readonly string[], desk: Desk): RegExp {
  const lines = shown.map((line) =>
    line.trim() === '…' ? '(?:.*\\n)*?' : `${plain(line, desk).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\n`,
  )
  return new RegExp(`^${lines.join('')}$`)
}
