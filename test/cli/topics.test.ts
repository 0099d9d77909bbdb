import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pages, root } from '../docs/pages.ts'
import { noTerminal, onTerminal } from './terminal.ts'
import { openPage } from './transcript.ts'

test('every page of docs is a topic of help, word for word', async (t) => {
  const page = openPage(t)

  const list = await page.typed('cordon help topics')

  for (const { path, text } of pages.filter((one) => one.path.startsWith('docs/'))) {
    const name = path.slice('docs/'.length, -'.md'.length)
    assert.match(list.stdout, new RegExp(`^  cordon help ${name} `, 'm'))
    assert.equal((await page.typed(`cordon help ${name}`)).stdout, text)
  }
})

test('help for the code of an error says what it means and what mends it', async (t) => {
  const page = openPage(t)

  await page.reads(`
    $ cordon help config_missing
    # config_missing

    The folder has no \`cordon.toml\`, and cordon does not look into the folders above. \`--scope user\` means the one of the
    user. (exit 3)

    \`\`\`text
    There is no PATH yet.
      hint: make one with \`cordon setup\`
    \`\`\`
    $ cordon help cancelled | head -1
    # cancelled
  `)
})

test('help for a word leads to the section that speaks of it', async (t) => {
  const page = openPage(t)
  const expected = [
    ['routes', 'Routes', 'configuration'],
    ['tokens', 'Client tokens', 'security'],
    ['files', 'Where files lie', 'configuration'],
    ['environment', 'The variables', 'clients'],
    ['ca', 'The CA', 'security'],
    ['network', 'Network', 'configuration'],
    ['headless', 'Headless machines', 'secrets'],
    ['uninstall', 'Uninstall', 'install'],
  ]

  const shown = await Promise.all(expected.map(([word]) => page.typed(`cordon help ${word}`)))

  assert.deepEqual(
    shown.map(({ stdout }, i) => [
      expected[i]?.[0],
      /^# (.*)\n\n./.exec(stdout)?.[1],
      /\n\nThe page around it: cordon help (.*)\n$/.exec(stdout)?.[1],
    ]),
    expected,
  )
  assert.match(shown[5]?.stdout ?? '', /^### Behind a company's proxy$/m)
  assert.doesNotMatch(shown[0]?.stdout ?? '', /^## /m)
})

test('help for what no page speaks of says what was meant', async (t) => {
  const page = openPage(t)

  await page.reads(`
    $ cordon help secrts
    2> ✗ There is no command and no topic secrts. (usage)
    2>   hint: did you mean \`cordon help secrets\`?
    [2]
    $ cordon help environmnt
    2> ✗ There is no command and no topic environmnt. (usage)
    2>   hint: did you mean \`cordon help environment\`?
    [2]
    $ cordon help secret_mising
    2> ✗ There is no command and no topic secret_mising. (usage)
    2>   hint: did you mean \`cordon help secret_missing\`?
    [2]
    $ cordon help frobnicate
    2> ✗ There is no command and no topic frobnicate. (usage)
    2>   hint: see \`cordon --help\` and \`cordon help topics\`
    [2]
  `)
})

test('on a terminal a topic is shown by the pager of the person', { skip: noTerminal }, async (t) => {
  const { desk } = openPage(t)

  const paged = await onTerminal(desk, ['cordon', 'help', 'errors'], [], { env: { PAGER: "sed -n '1s/^/paged: /p'" } })
  const missing = await onTerminal(desk, ['cordon', 'help', 'errors'], [], { env: { PAGER: 'no-such-pager' } })

  assert.equal(paged.text, 'paged: # Errors\n')
  assert.match(missing.text, /^# Errors\n/)
})

test('the version tells how cordon was built, for a person and for a program', async (t) => {
  const page = openPage(t)
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }

  const told = await page.typed('cordon --version')
  const facts = JSON.parse((await page.typed('cordon --version --json')).stdout) as Record<string, string>

  assert.deepEqual(Object.keys(facts), ['version', 'commit', 'node', 'platform', 'build'])
  assert.equal(facts['version'], version)
  assert.equal(facts['platform'], `${process.platform}-${process.arch}`)
  assert.match(facts['commit'] ?? '', /^[0-9a-f]{12}(-dirty)?$/)
  const { commit, node, platform } = facts
  const build = facts['build'] === 'binary' ? 'one binary' : 'npm package'
  assert.equal(told.stdout, `cordon ${version} (commit ${commit}, Node ${node}, ${platform}, ${build})\n`)
})
