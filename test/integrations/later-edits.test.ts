/**
 * Whatever a person had in the files of an agent, and whatever the person did to them after the set-up: taken back, each file
 * is what it would be, byte for byte, had the person made the same edits and cordon had never been there.
 */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import test from 'node:test'
import fc from 'fast-check'
import { modeOf } from '../../src/base/file.ts'
import type { Integration, IntegrationContext } from '../../src/integrations/integration.ts'
import { integrations } from '../../src/integrations/integrations.ts'
import { readText } from '../../src/integrations/writes.ts'
import type { PersonsFile } from './person/file.ts'
import { jsonFile } from './person/json.ts'
import { plainFile, yamlFile } from './person/lines.ts'
import { tomlFile } from './person/toml.ts'
import { contextWithoutGit, setUp, takeBack } from './settings-world.ts'

const isLong = process.env['LONG'] === '1'
const numRuns = isLong ? 300 : 30

for (const agent of integrations)
  for (const scope of agent.scopes)
    test(`${agent.name} in the ${scope} scope: set up, edited by the person and taken back, every byte is the person's`, {
      timeout: 600_000,
    }, async () => {
      const files = inFolder((root) => filesOf(agent, root, scope))
      const persons = fc.tuple(...files.map(({ had }) => had))
      await fc.assert(
        fc.asyncProperty(persons, fc.array(moment, { maxLength: 4 }), (had, moments) =>
          inFolder(async (root) => {
            const world = files.map(({ name }, index) => ({ path: join(root, name), had: had[index] }))
            await live(agent, (port) => contextWithoutGit(root, scope, port), world, moments)
          }),
        ),
        { numRuns, seed: isLong ? Date.now() : 4 },
      )
    })

/** A later edit of one of the files, each by its number, or a second set-up for another port. */
const moment = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('edit' as const), file: fc.nat(9), edit: fc.nat(99) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('set up' as const), port: fc.integer({ min: 6790, max: 6792 }) }),
  },
)
type Moment = { kind: 'edit'; file: number; edit: number } | { kind: 'set up'; port: number }

async function live(
  agent: Integration,
  contextAt: (port: number) => IntegrationContext,
  world: readonly { path: string; had: PersonsFile | undefined }[],
  moments: readonly Moment[],
): Promise<void> {
  const expected = new Map(world.map(({ path, had }) => [path, had?.text]))
  const edits: string[] = []
  for (const { path, had } of world) if (had !== undefined) putFile(path, had.text)
  await setUp(agent, contextAt(6790))
  for (const moment of moments) {
    if (moment.kind === 'set up') {
      await setUp(agent, contextAt(moment.port))
      continue
    }
    const { path, had } = world[moment.file % world.length] ?? {}
    const edit = had?.edits[moment.edit % had.edits.length]
    const before = path === undefined ? undefined : expected.get(path)
    if (path === undefined || edit === undefined || before === undefined) continue
    const now = readText(path) ?? ''
    // A value that ours took the place of is not there to be changed; and a table may be told once.
    if (edit.apply(now) === now || edits.includes(`${path}: ${edit.name}`)) continue
    edits.push(`${path}: ${edit.name}`)
    expected.set(path, edit.apply(before))
    writeFileSync(path, edit.apply(now))
  }
  const last = contextAt(moments.findLast((one) => one.kind === 'set up')?.port ?? 6790)
  const { notices } = await takeBack(agent, last)

  for (const [path, text] of expected) {
    assert.equal(readText(path), text, `after ${edits.join(', ')}`)
    assert.equal(modeOf(path), text === undefined ? undefined : 0o640)
  }
  assert.deepEqual(notices, [])
  assert.deepEqual(agent.plan(last).changes.map(({ path }) => path).length > 0, true)
  assert.equal(agent.detect(last).state, 'absent')
}

function putFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  chmodSync(path, 0o640)
}

/** The files of an agent that a person may have too, each with what may be in it; a development container has its own always. */
function filesOf(
  agent: Integration,
  root: string,
  scope: 'project' | 'user',
): { name: string; had: fc.Arbitrary<PersonsFile | undefined> }[] {
  const always = join(root, 'project', '.devcontainer', 'devcontainer.json')
  putFile(always, '{}')
  return agent.plan(contextWithoutGit(root, scope)).changes.flatMap(({ path, part, after }) => {
    const had = personsFile(path, part, Object.keys(contextWithoutGit(root, scope).variables))
    return had === undefined || after === undefined
      ? []
      : [{ name: relative(root, path), had: path === always ? had : fc.option(had, { nil: undefined }) }]
  })
}

function personsFile(
  path: string,
  part: ReturnType<Integration['plan']>['changes'][number]['part'],
  names: readonly string[],
): fc.Arbitrary<PersonsFile> | undefined {
  switch (part.kind) {
    case 'json':
      return jsonFile(
        part.keys.map((one) => one.path),
        part.items.map((one) => one.path),
      )
    case 'keys':
      return tomlFile()
    case 'block':
      return path.endsWith('.yml') ? yamlFile() : plainFile(names)
    case 'login':
    case 'whole':
      return undefined
  }
}

/** A folder for one life, gone after it. */
function inFolder<T>(use: (root: string) => T): T {
  const root = mkdtempSync(join(tmpdir(), 'cordon-life-'))
  for (const folder of ['home', 'project']) mkdirSync(join(root, folder))
  const clear = () => rmSync(root, { recursive: true, force: true })
  const result = use(root)
  if (result instanceof Promise) return result.finally(clear) as T
  clear()
  return result
}
