/** What holds for every integration that is told as data, whatever the person has in the folders. */
import assert from 'node:assert/strict'
import { appendFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'node:test'
import { codex } from '../../src/integrations/codex.ts'
import { integrations } from '../../src/integrations/integrations.ts'
import { setUp, snapshot, startFolders, takeBack } from './settings-world.ts'

const agents = integrations.filter((agent) => agent !== codex)
const pairs = agents.flatMap((agent) => agent.scopes.map((scope) => ({ agent, scope })))

const contents: Readonly<Record<string, { json: string; plain: string }>> = {
  'files without a final newline': { json: '{"mine":{"a":[1]}}', plain: 'A=1' },
  'comments, tabs and a comma at the end': {
    json: '// mine\n{\n\t"mine": 1, // why\n\t/* long */ "other": [\n\t\t2,\n\t],\n}\n',
    plain: '# mine\nA=1 # why\n\nexport B="2"\n',
  },
  'CRLF line ends': { json: '{\r\n  "mine": true\r\n}\r\n', plain: 'A=1\r\nB=2\r\n' },
  'empty files': { json: '', plain: '' },
}

for (const { agent, scope } of pairs) {
  test(`${agent.name} in the ${scope} scope: what is set up is current, twice is once, and every byte comes back`, async (t) => {
    const { context, root } = startFolders(t)
    const before = snapshot(root)

    await setUp(agent, context(scope))
    const [found, again] = [agent.detect(context(scope)), agent.plan(context(scope))]
    await takeBack(agent, context(scope))

    assert.equal(found.state, 'current')
    assert.deepEqual(again.changes, [])
    assert.deepEqual(snapshot(root), before)
    assert.equal(agent.detect(context(scope)).state, 'absent')
  })

  for (const [what, { json, plain }] of Object.entries(contents)) {
    test(`${agent.name} in the ${scope} scope brings back a person's ${what}`, async (t) => {
      const { context, root } = startFolders(t)
      for (const { path } of agent.plan(context(scope)).changes) {
        if (path.includes('/.git/') || /SKILL\.md$|cordon[^/]*$/.test(path)) continue
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, path.endsWith('.json') ? json : plain, { mode: 0o640 })
      }
      const before = snapshot(root)

      await setUp(agent, context(scope))
      await setUp(agent, context(scope, 6791))
      await takeBack(agent, context(scope))

      assert.deepEqual(snapshot(root), before)
    })
  }

  test(`${agent.name} in the ${scope} scope leaves what a person wrote after the set-up`, async (t) => {
    const { context } = startFolders(t)
    const written = agent.plan(context(scope)).changes.map(({ path }) => path)
    await setUp(agent, context(scope))
    for (const path of written) {
      if (path.endsWith('.json'))
        writeFileSync(path, readFileSync(path, 'utf8').replace(/\{/, '{\n  // mine\n  "mine": 1,'))
      else appendFileSync(path, '# mine\nMINE=1\n')
    }

    const { restored } = await takeBack(agent, context(scope))

    for (const path of written) {
      if (!restored.includes(path)) continue
      assert.equal(readFileSync(path, 'utf8').includes('mine'), true)
      assert.doesNotMatch(readFileSync(path, 'utf8'), /127\.0\.0\.1|cordon/)
    }
  })

  test(`${agent.name} in the ${scope} scope is stale for another port, where its files name one`, async (t) => {
    const { context } = startFolders(t)
    await setUp(agent, context(scope))

    assert.equal(agent.detect(context(scope, 6791)).state, agent.wiring === 'files' ? 'stale' : 'current')
    assert.equal(
      agent.proxyUrl(context(scope)),
      agent.wiring === 'files' ? context(scope).variables['HTTPS_PROXY'] : undefined,
    )
  })
}

for (const { agent } of pairs.filter(({ scope }) => scope === 'project')) {
  test(`${agent.name} keeps what holds a client token out of the project's commits`, async (t) => {
    const { context, project } = startFolders(t)

    await setUp(agent, context('project'))

    const { execFileSync } = await import('node:child_process')
    const listed = execFileSync('git', ['ls-files', '--others', '--exclude-standard', '-z'], {
      cwd: project,
      encoding: 'utf8',
    })
    for (const path of listed.split('\0').filter(Boolean))
      assert.doesNotMatch(readFileSync(join(project, path), 'utf8'), /t{43}/, path)
  })

  test(`${agent.name} writes through no symbolic link of the project`, async (t) => {
    const { context, project, root } = startFolders(t)
    const [first] = agent.plan(context('project')).changes.filter(({ path }) => !path.includes('/.git/'))
    assert.ok(first)
    mkdirSync(join(root, 'elsewhere'))
    const top = first.path.slice(project.length + 1).split('/')[0] ?? ''
    symlinkSync(join(root, 'elsewhere'), join(project, top))

    assert.throws(() => agent.plan(context('project')), { code: 'symlink_refused' })
    assert.equal(existsSync(join(root, 'elsewhere', 'settings.json')), false)
  })
}
