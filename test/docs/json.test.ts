/** docs/json.md against what the commands print. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { allCommands, takesJson } from '../cli/all-commands.ts'
import { curl, openRouted } from '../cli/routed.ts'
import { pageAt, rowsOf } from './pages.ts'

interface Row {
  keys: readonly string[]
  atTimes: readonly string[]
}

const quoted = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word)

const cells = rowsOf(pageAt('docs/json.md'))
const rows = new Map(cells.map((row) => [quoted(row[0] ?? '')[0] ?? '', row]))

/** What the page says of a command; `those of X` is followed. */
function rowOf(command: string): Row {
  const [, , keys = '', atTimes = ''] = rows.get(command) ?? []
  if (keys.startsWith('those of')) return rowOf(quoted(keys)[0] ?? '')
  return { keys: quoted(keys), atTimes: quoted(atTimes) }
}

/** The keys of a value by their ways, such as `routes.name`; an empty list or object is a key itself. */
function keysOf(value: unknown, way = ''): string[] {
  if (Array.isArray(value) && value.some((one) => typeof one === 'object'))
    return value.flatMap((one) => keysOf(one, way))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [way]
  const entries = Object.entries(value)
  if (entries.length === 0) return [way]
  return entries.flatMap(([key, inner]) => keysOf(inner, way === '' ? key : `${way}.${key}`))
}

test('the page has every command with --json, once, and no other', async () => {
  const commands = (await allCommands()).filter(takesJson).map(({ name }) => name)

  assert.deepEqual([...rows.keys()].toSorted(), commands.toSorted())
  assert.equal(cells.length, rows.size)
})

test('each command prints the keys that the page names, and no other', { timeout: 120_000 }, async (t) => {
  const { page } = await openRouted(t)
  await page.typed('cordon setup claude-code')
  await page.typed('cordon route add --host api.anthropic.com --connect-to 127.0.0.1:1 --source age --method POST')
  const cordon = await page.desk.start(['--keep-going'])
  t.after(() => cordon.stop())
  await page.typed(curl('/v1/models'))
  // `service` needs an init system: test/cli/service-launchd.test.ts has its keys in a transcript.
  const lines = ['route list', 'route show openai', 'secret list', 'secret check', 'token add ci --route openai']
  lines.push('token list', 'integration list', 'status', 'wait', 'reload', 'doctor', 'logs', 'stop')

  for (const line of lines) {
    const command = [...rows.keys()].find((name) => line.startsWith(name)) ?? ''
    const { stdout } = await page.typed(`cordon ${line.replace(command, `${command} --json`)}`)
    const { keys, atTimes } = rowOf(command)
    const isFree = command === 'logs'
    const printed: unknown[] = isFree
      ? stdout
          .trimEnd()
          .split('\n')
          .map((one) => JSON.parse(one))
      : [JSON.parse(stdout)].flat()

    assert.ok(printed.length > 0, line)
    for (const found of printed.map((one) => keysOf(one))) {
      // A list that has something in it is told by the keys of what it has.
      const isThere = (key: string) => found.some((way) => way === key || way.startsWith(`${key}.`))
      assert.deepEqual(
        keys.filter((key) => !isThere(key)),
        [],
        `${line} does not print what the page names`,
      )
      const unnamed = found.filter((way) => ![...keys, ...atTimes].includes(way))
      if (!isFree) assert.deepEqual(unnamed, [], `the page does not name what ${line} prints`)
    }
  }
})
