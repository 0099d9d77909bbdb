/** A project that somebody made for whoever types `cordon` in it. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { wrote } from './routed.ts'
import { openPage } from './transcript.ts'

const osc = '\x1b]0;owned\x07'

test('names of folders and accounts reach no terminal as its commands', async (t) => {
  const page = openPage(t)
  const folder = join(page.desk.project, `a${osc}b\u009b31m`)
  mkdirSync(folder)
  writeFileSync(
    join(folder, 'cordon.toml'),
    'listen = 20123\n[[routes]]\nname = "a"\nmatch.host = "a.test"\nauth = { type = "header", header_name = "X-A", secret = { source = "age", account = "b\\u001b]0;owned\\u0007" } }\n',
  )

  for (const line of [
    'setup',
    'allow',
    'route list',
    'secret list',
    'secret check',
    'doctor',
    'start',
    'import',
    'status',
  ]) {
    const { stdout, stderr } = await page.typed(`cordon ${line}`, { cwd: folder })
    assert.doesNotMatch(stdout + stderr, /\x1b\]|\x07|\x9b/, line)
    if (line === 'route list') assert.match(stdout, /age "b\\u001b\]0;owned\\u0007"/)
  }
})

test('the settings of a repository make git run nothing, nor do those of a bare one that lies in a clone', async (t) => {
  const page = openPage(t)
  const { project } = page.desk
  const run = `fsmonitor = "touch ${project}/owned; false"`
  await page.typed('git init -q . && touch a && git add a && mkdir nested && git init -q --bare nested')
  writeFileSync(join(project, '.git/config'), `[core]\n${run}\n`)
  writeFileSync(
    join(project, 'nested/config'),
    `[core]\nrepositoryformatversion = 0\nbare = false\nworktree = .\n${run}\n`,
  )
  const inGit = await page.typed('git ls-files')
  assert.ok(existsSync(join(project, 'owned')), inGit.stderr)
  rmSync(join(project, 'owned'))

  for (const cwd of [project, join(project, 'nested')])
    for (const line of [
      'setup codex',
      'setup claude-code',
      'import',
      'doctor',
      'integration list',
      'integration disable codex',
    ])
      await page.typed(`cordon ${line}`, { cwd })

  assert.equal(existsSync(join(project, 'owned')), false)
})

test('a pipe in the place of .env or cordon.toml is refused, and a cordon that runs goes on', async (t) => {
  const page = openPage(t)
  const { project } = page.desk
  await page.typed('cordon setup && mkfifo .env pipe')
  const cordon = await page.desk.start()

  await page.reads(`
    $ cordon import
    2> ✗ /desk/project/.env cannot be read: it is a pipe or a device, and no file. (file_unreadable)
    2>   hint: look at it with \`ls -l /desk/project/.env\`
    [1]
    $ mv pipe cordon.toml
  `)
  await wrote(cordon, 'cordon.toml cannot be read: it is a pipe or a device, and no file.')
  rmSync(join(project, 'cordon.toml'))
  symlinkSync('/dev/zero', join(project, 'cordon.toml'))
  await wrote(cordon, /no file\..*no file\./s)

  await page.reads(`
    $ cordon status | head -1
    cordon VERSION listens on 127.0.0.1:PORT (process PID, since DATE), with 0 open streams.
    2> ! A change could not be taken over: /desk/project/cordon.toml cannot be read: it is a pipe or a device, and no file. (file_unreadable)
    2>   hint: look at it with \`ls -l /desk/project/cordon.toml\`
  `)
})

test('the name of a folder becomes no line of a unit, whoever the service is for', async (t) => {
  const page = openPage(t)
  const folder = join(page.desk.project, 'a\nExecStartPre=owned')
  mkdirSync(folder)
  await page.typed('cordon setup', { cwd: folder })

  const own = await page.typed('cordon service install --dry-run', { cwd: folder })
  const system = await page.typed('cordon service install --system --for root --passphrase-file pass --dry-run', {
    cwd: folder,
  })

  for (const { stdout, stderr, code } of [own, system]) {
    assert.match(stderr, /^✗ The path ".*\\nExecStartPre=.*" has a control character in it\. \(path_unfit\)/)
    assert.deepEqual([stdout, code], ['', 1])
  }
})
