/** What every command has in common when it fails. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { lock } from 'proper-lockfile'
import { put } from '../desk.ts'
import { allCommands, takesJson, withArguments } from './all-commands.ts'
import { openPage, type Page, secret } from './transcript.ts'

/** What a command says as text, from what it says as JSON. */
interface Told {
  code: string
  message: string
  hint?: string
  faults?: Told[]
}

/** These say what they found, whatever it is, and have transcripts of their own. */
const neverFails = ['doctor', 'stop']

/** Without a proxy and a service these do not wait for one, nor for a person. */
const lines = async () =>
  (await allCommands())
    .filter(takesJson)
    .filter(({ name }) => !neverFails.includes(name))
    .map((typed) => withArguments(typed).replace('wait', 'wait --timeout 0'))

async function failures(page: Page): Promise<{ line: string; error: Told; exit: number | undefined }[]> {
  const found = []
  for (const line of await lines()) {
    const json = await page.typed(`cordon ${line} --json`)
    const text = await page.typed(`cordon ${line}`)
    const { error } = JSON.parse(json.stdout) as { error: Told }
    const [first] = text.stderr.split('\n')
    const hint = error.hint === undefined ? '' : `  hint: ${error.hint}\n`

    assert.deepEqual([json.stderr, text.stdout, json.code], ['', '', text.code], line)
    assert.equal(first, `✗ ${error.message} (${error.code})`, line)
    assert.ok(text.stderr.endsWith(hint), line)
    assert.equal(json.stdout, `${JSON.stringify({ error }, null, 2)}\n`, line)
    found.push({ line, error, exit: text.code })
  }
  return found
}

test('without a configuration every command that prints facts says so, in JSON as in a sentence', async (t) => {
  const found = await failures(openPage(t))

  const others = found.filter(({ error }) => error.code !== 'config_missing')
  assert.deepEqual(
    others.map(({ line, error }) => [line, error.code]),
    [
      ['token list', 'tokens_missing'],
      ['service status', 'service_missing'],
      ['service logs', 'service_missing'],
    ],
  )
  assert.ok(found.length > 12)
  for (const { line, error, exit } of found) {
    assert.match(error.hint ?? '', /`cordon (setup|service install)`/, line)
    assert.equal(exit, error.code === 'service_missing' ? 1 : 3, line)
  }
})

test('a faulty configuration is told whole by every command that reads it, in JSON with its places', async (t) => {
  const page = openPage(t)
  put(page.desk, 'cordon.toml', 'listen = "x"\nrouts = 1\n')

  const found = await failures(page)

  const faulty = found.filter(({ error }) => error.code === 'config_faulty')
  assert.deepEqual(
    found.filter((one) => !faulty.includes(one)).map(({ line }) => line),
    ['token list', 'service status', 'service logs'],
  )
  for (const { line, error, exit } of faulty) {
    assert.equal(exit, 3, line)
    assert.deepEqual(
      error.faults?.map(({ code }) => code),
      ['faulty_value', 'unknown_key'],
      line,
    )
  }
})

test('no command shows a stack: an option it does not know, or a folder that is gone, is a sentence', async (t) => {
  const page = openPage(t)

  for (const { name, command } of await allCommands()) {
    if (command.commands.length > 0 || command.registeredArguments.some(({ variadic }) => variadic)) continue
    const { stderr, code } = await page.typed(`cordon ${name} --frobnicate`)
    assert.deepEqual(
      [code, stderr],
      [2, `✗ \`cordon ${name}\` has no option --frobnicate. (usage)\n  hint: see \`cordon ${name} --help\`\n`],
    )
  }
  await page.reads(`
    $ mkdir gone; cd gone; rmdir ../gone; cordon status 2>&1 | grep -v getcwd
    ✗ The folder of this shell is not there any more. (file_unreadable)
      hint: go to one that is, such as with \`cd\`
    $ HOME=/dev/null cordon setup --scope user 2>&1 | cut -d: -f1
    ✗ /dev/null/.config/cordon/user/certs/ca-key.pem cannot be locked
      hint
  `)
})

test('what another cordon is changing is left alone, and the command says so', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup && cordon route add --host api.openai.com --source age')
  await page.typed('cordon secret set openai', { input: secret })
  const files = [join(page.desk.project, 'cordon.toml'), join(page.desk.home, '.config/cordon/secrets.age')]
  const before = files.map((file) => readFileSync(file))
  const releases = await Promise.all(files.map((file) => lock(file, { update: 1_000 })))
  t.after(() => Promise.all(releases.map((release) => release())))

  await Promise.all([
    page.reads(`
      $ cordon route add --host api.anthropic.com --source age
      2> ✗ Another cordon is changing /desk/project/cordon.toml. (file_locked)
      2>   hint: run the command again; if no other cordon runs, remove /desk/project/cordon.toml.lock
      [1]
    `),
    page.reads(`
      $ echo another-key | cordon secret set openai
      2> ✗ Another cordon is changing ~/.config/cordon/secrets.age; nothing was changed here. (store_busy)
      2>   hint: run the command again
      [4]
    `),
  ])

  assert.deepEqual(
    files.map((file) => readFileSync(file)),
    before,
  )
})

test('an agent with one home for all folders is not set up for a project', async (t) => {
  await openPage(t).reads(`
    $ cordon setup hermes --scope project
    2> ✗ Hermes Agent has no settings for a project alone. (scope_unfit)
    2>   hint: run \`cordon setup hermes --scope user\`
    [1]
    $ ls
  `)
})

test('a home in which nothing can be made ends a command with a sentence, and so does a relative one', {
  skip: process.platform !== 'linux' && 'only Linux has such a /proc',
}, async (t) => {
  const page = openPage(t)

  // Where mkdir(2) answers ENOENT below a folder that is there, Node's own way to make folders does not end.
  await page.reads(`
    $ HOME=/proc timeout -s KILL 10 cordon setup
    2> ✗ /proc/.config/cordon/projects/project-HASH/certs/ca-key.pem cannot be locked: ENOENT: no such file or directory, mkdir '/proc/.config'. (file_unwritable)
    2>   hint: look at it with \`ls -ld /proc/.config/cordon/projects/project-HASH/certs\`
    [1]
    $ cordon setup > /dev/null 2>&1; cordon route add --host api.openai.com --source age > /dev/null 2>&1
    $ echo key | XDG_CONFIG_HOME=/proc cordon secret set openai
    2> ✗ /proc/cordon cannot be made: ENOENT: no such file or directory, mkdir '/proc/cordon'. (store_unwritable)
    2>   hint: make room or mend the permissions of the folder above it, then run the command again
    [4]
    $ HOME=rel timeout -s KILL 10 cordon setup
    2> ✗ HOME is "rel", and that is no path from the root on. (home_unfit)
    2>   hint: give it the whole path, as in \`export HOME=/home/you\`
    [1]
    $ HOME= cordon status
    2> ✗ HOME is "", and that is no path from the root on. (home_unfit)
    2>   hint: give it the whole path, as in \`export HOME=/home/you\`
    [1]
    $ ls
    cordon.toml
  `)
})
