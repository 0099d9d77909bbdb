/** docs/configuration.md, where files lie, against what cordon leaves behind. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import test from 'node:test'
import { openDesk } from '../desk.ts'
import { pageAt, rowsOf } from './pages.ts'

test('the table has every file that cordon keeps, and no other', async (t) => {
  const desk = openDesk()
  t.after(() => desk.clear())
  const seen = new Set<string>()
  const look = () => {
    for (const path of filesIn(join(desk.home, '.config/cordon'))) seen.add(path)
  }
  await desk.cordon(['setup', 'codex'])
  await desk.cordon(['secret', 'set', 'openai'], { input: 'sk-made-up' })
  await desk.cordon(['setup', '--scope', 'user'])

  await desk.cordon(['run', '--', 'true'])
  look()
  await desk.cordon(['stop'])
  await desk.start()
  look()

  const rows = rowsOf(pageAt('docs/configuration.md')).map(([cell = '']) => namesIn(cell))
  const told = rows.flat().filter((path) => /^(<scope>|~\/\.config\/cordon)\//.test(path))
  assert.deepEqual([...seen].filter((path) => !told.includes(path)).toSorted(), [])
  assert.deepEqual(
    told.filter((path) => !seen.has(path) && !notMadeHere.includes(path)),
    [],
  )
})

/** Made by `cordon trust`, and while a command of `cordon run` runs. */
const notMadeHere = ['<scope>/certs/trusted/', '<scope>/commands/']

/** The files below, as the page names them: that of a scope, of an agent, of a socket by its kind. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) =>
      relative(folder, join(parentPath, name))
        .replace(/^(projects\/[^/]+|user)\//, '<scope>/')
        .replace(/integrations\/[\w-]+\.json$/, 'integrations/AGENT.json')
        .replace(/commands\/.*$/, 'commands/')
        .replace(/run\/[^/]*\.sock$/, 'run/'),
    )
    .map((path) => (path.startsWith('<scope>') ? path : `~/.config/cordon/${path}`))
}

/** The paths of a cell; one that is only a name lies beside the first. */
function namesIn(cell: string): string[] {
  const [first = '', ...others] = [...cell.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path)
  return [first, ...others.map((name) => join(dirname(first), name))]
}
