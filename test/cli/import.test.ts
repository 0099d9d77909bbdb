import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { cordonFile, type Desk, filesHolding, put } from '../desk.ts'
import { secretServiceSkip, startSecretService } from '../secret-service.ts'
import { enter, noTerminal, onTerminal } from './terminal.ts'
import { openPage, otherSecret, type Page, secret } from './transcript.ts'

const placeholder = 'sk-cordon-placeholder-the-real-key-is-put-in-by-cordon-on-the-way'

/** A page with a configuration and a `.env`. */
async function openWith(t: TestContext, text: string): Promise<{ page: Page; file: string; envText: () => string }> {
  const page = openPage(t)
  await page.typed('cordon setup')
  const file = put(page.desk, '.env', text)
  return { page, file, envText: () => readFileSync(file, 'utf8') }
}

test('a real key moves into the store, a placeholder stays, and the key is nowhere else', async (t) => {
  const text = `# mine\r\nexport OPENAI_API_KEY="${secret}" # work\r\nDEBUG=1\r\nOPENAI_API_KEY='${secret}'`
  const { page, file, envText } = await openWith(t, text)
  chmodSync(file, 0o640)

  await page.reads(`
    $ cordon import --dry-run
    VARIABLE        LINE  ROUTE         SECRET
    OPENAI_API_KEY  2, 4  openai (new)  age "openai"
    $ cordon import
    ✓ Stored the key of OPENAI_API_KEY in the encrypted file ~/.config/cordon/secrets.age as "openai".
    ✓ Added the route openai to /desk/project/cordon.toml.
    ✓ /desk/project/.env has a placeholder for OPENAI_API_KEY now.
    2> ! New secrets go to the encrypted file ~/.config/cordon/secrets.age, because there is no system keyring: this session has no D-Bus.
    2>   next: cordon start
    $ cordon import
    ✓ /desk/project/.env holds no key that could be moved.
    $ cordon secret check
    ✓ openai: "openai" is in the encrypted file ~/.config/cordon/secrets.age.
  `)

  assert.equal(envText(), text.replaceAll(secret, placeholder))
  assert.equal(statSync(file).mode & 0o777, 0o640)
  assert.deepEqual(filesHolding(page.desk.folder, secret), [])
})

test('a key that may be of any region goes to one host, and a host that is named instead is the one', async (t) => {
  const { page } = await openWith(t, `DASHSCOPE_API_KEY=${secret}\n`)

  await page.reads(`
    $ cordon import --dry-run
    VARIABLE           LINE  ROUTE            SECRET
    DASHSCOPE_API_KEY  1     dashscope (new)  age "dashscope"
    $ echo 'DASHSCOPE_BASE_URL=https://dashscope-intl.aliyuncs.com/compatible-mode/v1' >> .env
    $ cordon import
    ✓ /desk/project/.env holds no key that could be moved.
    2> ! DASHSCOPE_API_KEY (line 1) stays: DASHSCOPE_BASE_URL names dashscope-intl.aliyuncs.com, so it is no key for dashscope.aliyuncs.com; \`cordon route add --host dashscope-intl.aliyuncs.com --name ROUTE\` makes it a route, \`cordon import --key DASHSCOPE_API_KEY=ROUTE\` then moves it.
    [1]
    $ sed -i 2d .env && cordon import
    ✓ Stored the key of DASHSCOPE_API_KEY in the encrypted file ~/.config/cordon/secrets.age as "dashscope".
    ✓ Added the route dashscope to /desk/project/cordon.toml.
    ✓ /desk/project/.env has a placeholder for DASHSCOPE_API_KEY now.
    2> ! New secrets go to the encrypted file ~/.config/cordon/secrets.age, because there is no system keyring: this session has no D-Bus.
    2> ! The key of DASHSCOPE_API_KEY goes to dashscope.aliyuncs.com alone. If it is of another region, \`cordon route edit dashscope --host HOST\` says which: dashscope-intl.aliyuncs.com, dashscope-us.aliyuncs.com or cn-hongkong.dashscope.aliyuncs.com.
    2>   next: cordon start
    $ cordon route edit dashscope --host dashscope-us.aliyuncs.com
    ✓ Changed the route dashscope in /desk/project/cordon.toml.
    $ printf 'DASHSCOPE_API_KEY=${secret}' > .env; cordon import --dry-run
    VARIABLE           LINE  ROUTE      SECRET
    DASHSCOPE_API_KEY  1     dashscope  age "dashscope"
  `)
})

test('undone, the file has every byte and its mode again, and the store still has the key', async (t) => {
  const text = `\uFEFFGITHUB_TOKEN=${secret}\nGH_TOKEN = "${secret}"\n\n  export ANTHROPIC_API_KEY='${otherSecret}' #x`
  const { page, file, envText } = await openWith(t, text)
  chmodSync(file, 0o600)

  await page.reads(`
    $ cordon import
    ✓ Stored the key of GITHUB_TOKEN in the encrypted file ~/.config/cordon/secrets.age as "github-api".
    ✓ The key of GH_TOKEN is in the encrypted file ~/.config/cordon/secrets.age as "github-api" already.
    ✓ Stored the key of ANTHROPIC_API_KEY in the encrypted file ~/.config/cordon/secrets.age as "anthropic".
    ✓ Added the routes github-api, github and anthropic to /desk/project/cordon.toml.
    ✓ /desk/project/.env has placeholders for GITHUB_TOKEN, GH_TOKEN and ANTHROPIC_API_KEY now.
    2> ! New secrets go to the encrypted file ~/.config/cordon/secrets.age, because there is no system keyring: this session has no D-Bus.
    2>   next: cordon start
    $ cordon import --undo --dry-run
    VARIABLE           LINE
    GITHUB_TOKEN       1
    GH_TOKEN           2
    ANTHROPIC_API_KEY  4
    $ cordon import --undo
    ✓ /desk/project/.env has the real keys of GITHUB_TOKEN, GH_TOKEN and ANTHROPIC_API_KEY again.
    2> ! The store keeps them too; \`cordon secret delete ROUTE\` removes one.
    $ cordon import --undo
    ✓ /desk/project/.env has no placeholder that a key could take the place of.
    $ cordon import
    ✓ The key of GITHUB_TOKEN is in the encrypted file ~/.config/cordon/secrets.age as "github-api" already.
    ✓ The key of GH_TOKEN is in the encrypted file ~/.config/cordon/secrets.age as "github-api" already.
    ✓ The key of ANTHROPIC_API_KEY is in the encrypted file ~/.config/cordon/secrets.age as "anthropic" already.
    ✓ /desk/project/.env has placeholders for GITHUB_TOKEN, GH_TOKEN and ANTHROPIC_API_KEY now.
    2>   next: cordon start
    $ cordon import --undo --yes
    ✓ /desk/project/.env has the real keys of GITHUB_TOKEN, GH_TOKEN and ANTHROPIC_API_KEY again.
    2> ! The store keeps them too; \`cordon secret delete ROUTE\` removes one.
  `)

  assert.equal(envText(), text)
  assert.equal(statSync(file).mode & 0o777, 0o600)
})

test('a key goes where the routes that are there look for theirs', async (t) => {
  const { page } = await openWith(t, `GITHUB_TOKEN=${secret}\n`)

  await page.reads(`
    $ cordon route add --host github.com --source age --account work 2> /dev/null
    ✓ Added the route github for github.com to /desk/project/cordon.toml.
    $ cordon import 2> /dev/null
    ✓ Stored the key of GITHUB_TOKEN in the encrypted file ~/.config/cordon/secrets.age as "work".
    ✓ Added the route github-api to /desk/project/cordon.toml.
    ✓ /desk/project/.env has a placeholder for GITHUB_TOKEN now.
    $ cordon secret list
    NAME        ACCOUNT  STATE   STORE
    github      work     stored  the encrypted file ~/.config/cordon/secrets.age
    github-api  work     stored  the encrypted file ~/.config/cordon/secrets.age
  `)
})

test('a key of every host below a name moves, and is found there again', async (t) => {
  const { page, envText } = await openWith(t, `COPILOT_GITHUB_TOKEN=${secret}\n`)

  await page.reads(`
    $ cordon import 2> /dev/null
    ✓ Stored the key of COPILOT_GITHUB_TOKEN in the encrypted file ~/.config/cordon/secrets.age as "copilot".
    ✓ Added the route copilot to /desk/project/cordon.toml.
    ✓ /desk/project/.env has a placeholder for COPILOT_GITHUB_TOKEN now.
    $ cordon import --undo 2> /dev/null
    ✓ /desk/project/.env has the real key of COPILOT_GITHUB_TOKEN again.
    $ cordon import --dry-run
    VARIABLE              LINE  ROUTE    SECRET
    COPILOT_GITHUB_TOKEN  1     copilot  age "copilot"
  `)

  assert.equal(envText(), `COPILOT_GITHUB_TOKEN=${secret}\n`)
})

test('what cannot move stays, with the reason and what mends it, and the rest moves', async (t) => {
  const { page, envText } = await openWith(
    t,
    `OPENAI_API_KEY=${secret}
OPENAI_BASE_URL=https://gateway.example/v1
GEMINI_API_KEY=${secret}
GOOGLE_API_KEY=${otherSecret}
GROQ_API_KEY=\${OPENAI_API_KEY}
XAI_API_KEY=${secret}
XAI_API_KEY=${otherSecret}
MISTRAL_API_KEY="ké"
VENDOR_API_KEY=${otherSecret}
# ANTHROPIC_API_KEY=${secret}
ANTHROPIC_API_KEY=${secret}
DEBUG=1
`,
  )

  await page.reads(`
    $ cordon import 2>&1 | grep -v 'New secrets'
    ✓ Stored the key of ANTHROPIC_API_KEY in the encrypted file ~/.config/cordon/secrets.age as "anthropic".
    ✓ Added the route anthropic to /desk/project/cordon.toml.
    ✓ /desk/project/.env has a placeholder for ANTHROPIC_API_KEY now.
    ! /desk/project/.env still has the key of ANTHROPIC_API_KEY elsewhere (lines 1, 3, 6 and 10): take it out by hand.
    ! OPENAI_API_KEY (line 1) stays: OPENAI_BASE_URL names gateway.example, so it is no key for api.openai.com; \`cordon route add --host gateway.example --name ROUTE\` makes it a route, \`cordon import --key OPENAI_API_KEY=ROUTE\` then moves it.
    ! GEMINI_API_KEY (line 3) stays: GOOGLE_API_KEY has another key for the same route; take out what is not wanted.
    ! GOOGLE_API_KEY (line 4) stays: GEMINI_API_KEY has another key for the same route; take out what is not wanted.
    ! GROQ_API_KEY (line 5) stays: its value is put together by whoever reads it; write it out, as one word or in quotes.
    ! XAI_API_KEY (lines 6 and 7) stays: it has two values; take out the one that is not wanted.
    ! MISTRAL_API_KEY (line 8) stays: its value has a character in it that is not ASCII, and a request can only carry ASCII.
    ! VENDOR_API_KEY (line 9) looks like a real key, and cordon does not know of which host: \`cordon route add --host HOST --name ROUTE\` makes it a route, \`cordon import --key VENDOR_API_KEY=ROUTE\` then moves it.
      next: cordon start
    $ cordon import > /dev/null 2>&1
    [1]
    $ cordon route add --host api.vendor.example --auth-type header --header-name X-Key > /dev/null 2>&1
    $ cordon import --key VENDOR_API_KEY=vendor 2> /dev/null
    ✓ Stored the key of VENDOR_API_KEY in the encrypted file ~/.config/cordon/secrets.age as "vendor".
    ✓ /desk/project/.env has a placeholder for VENDOR_API_KEY now.
    [1]
    $ cordon import --undo --key VENDOR_API_KEY=vendor --dry-run
    VARIABLE           LINE
    VENDOR_API_KEY     9
    ANTHROPIC_API_KEY  11
    $ cordon import --undo 2>&1
    ✓ /desk/project/.env has the real key of ANTHROPIC_API_KEY again.
    ! The store keeps them too; \`cordon secret delete ROUTE\` removes one.
    ! VENDOR_API_KEY (line 9) stays: cordon does not know its route; \`cordon import --undo --key VENDOR_API_KEY=ROUTE\` names it.
    [1]
  `)

  assert.match(envText(), /^VENDOR_API_KEY=cordon-placeholder/m)
})

test('another secret that the store has already is replaced with consent alone', async (t) => {
  const { page, envText } = await openWith(t, `OPENAI_API_KEY=${secret}\n`)
  await page.typed('cordon route add --host api.openai.com && cordon secret set openai', { input: otherSecret })

  await page.reads(`
    $ cordon import
    ✓ /desk/project/.env holds no key that could be moved.
    2> ! OPENAI_API_KEY (line 1) stays: the encrypted file ~/.config/cordon/secrets.age has another secret as "openai"; \`cordon import --replace\` puts this one in its place.
    [1]
  `)
  assert.equal(envText(), `OPENAI_API_KEY=${secret}\n`)

  await page.reads(`
    $ cordon import --replace
    ✓ Stored the key of OPENAI_API_KEY in the encrypted file ~/.config/cordon/secrets.age as "openai".
    ✓ /desk/project/.env has a placeholder for OPENAI_API_KEY now.
    2>   next: cordon start
    $ cordon import --undo > /dev/null 2>&1
  `)
  assert.equal(envText(), `OPENAI_API_KEY=${secret}\n`)
})

test('a file of the user scope is named with its scope, and a link to it stays a link', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup --scope user')
  mkdirSync(join(page.desk.home, 'real'))
  put(page.desk, '../home/real/env', `VENDOR_TOKEN=${secret}\nANTHROPIC_API_KEY=${otherSecret}\n`)
  symlinkSync('real/env', join(page.desk.home, 'link'))

  await page.reads(`
    $ cordon import ../home/link --scope user 2>&1 | grep -v 'New secrets'
    ✓ Stored the key of ANTHROPIC_API_KEY in the encrypted file ~/.config/cordon/secrets.age as "anthropic".
    ✓ Added the route anthropic to ~/.config/cordon/cordon.toml.
    ✓ ~/link has a placeholder for ANTHROPIC_API_KEY now.
    ! VENDOR_TOKEN (line 1) looks like a real key, and cordon does not know of which host: \`cordon route add --host HOST --name ROUTE --scope user\` makes it a route, \`cordon import ../home/link --scope user --key VENDOR_TOKEN=ROUTE\` then moves it.
      next: cordon start --scope user
    $ readlink ../home/link
    real/env
  `)

  assert.deepEqual(filesHolding(page.desk.folder, otherSecret), [])
})

test('a key of the environment is stored, and what is left to the person is told', async (t) => {
  const { page } = await openWith(t, '')
  page.desk.env['OPENAI_API_KEY'] = secret
  page.desk.env['VENDOR_API_KEY'] = otherSecret
  page.desk.env['XAI_API_KEY'] = placeholder

  await page.reads(`
    $ cordon import --from-env OPENAI_API_KEY --dry-run
    VARIABLE        LINE  ROUTE         SECRET
    OPENAI_API_KEY        openai (new)  age "openai"
    $ cordon import --from-env OPENAI_API_KEY,XAI_API_KEY 2>&1
    ✓ XAI_API_KEY holds no real key already.
    ✓ Stored the key of OPENAI_API_KEY in the encrypted file ~/.config/cordon/secrets.age as "openai".
    ✓ Added the route openai to /desk/project/cordon.toml.
    ! New secrets go to the encrypted file ~/.config/cordon/secrets.age, because there is no system keyring: this session has no D-Bus.
    ! What sets OPENAI_API_KEY, such as ~/.bashrc, still does: \`cordon import FILE\` moves a key out of there too.
      next: unset OPENAI_API_KEY
      next: cordon start
    $ cordon import --from-env VENDOR_API_KEY
    2> ✗ cordon does not know of which host the key in VENDOR_API_KEY is. (usage)
    2>   hint: make it a route with \`cordon route add --host HOST --name ROUTE\`, then run \`cordon import --from-env VENDOR_API_KEY --key VENDOR_API_KEY=ROUTE\`
    [2]
    $ cordon import --from-env NO_SUCH_KEY
    2> ✗ There is no variable NO_SUCH_KEY in this environment. (usage)
    2>   hint: give the name of an exported one, such as OPENAI_API_KEY
    [2]
  `)

  assert.deepEqual(filesHolding(page.desk.folder, secret), [])
})

test('what is wrong with the words, the file or the configuration is told, and nothing is changed', async (t) => {
  const page = openPage(t)
  put(page.desk, 'env', `OPENAI_API_KEY=${secret}\n`)

  await page.reads(`
    $ cordon import
    2> ✗ There is no /desk/project/.env. (env_file_missing)
    2>   hint: give the path of the file, or move a key of this shell with \`cordon import --from-env NAME\`
    [1]
    $ cordon import env
    2> ✗ There is no cordon.toml yet. (config_missing)
    2>   hint: make one with \`cordon setup\`
    [3]
    $ cordon import env --from-env A
    2> ✗ --from-env does not go with a file. (usage)
    2>   hint: see \`cordon import --help\`
    [2]
    $ cordon import --undo --from-env A
    2> ✗ --from-env does not go with --undo. (usage)
    2>   hint: see \`cordon import --help\`
    [2]
    $ cordon setup > /dev/null 2>&1
    $ cordon import env --key OPENAI_API_KEY
    2> ✗ "OPENAI_API_KEY" is no pair of a variable and a route. (usage)
    2>   hint: write it as \`--key VARIABLE=ROUTE\`
    [2]
    $ cordon import env --key OPENAI_API_KEY=nothing
    2> ✗ There is no route nothing in /desk/project/cordon.toml. (route_missing)
    2>   hint: there is none yet: add one with \`cordon route add\`
    [3]
    $ cordon route add --host api.other.test --name openai --auth-type header --header-name X --source age > /dev/null 2>&1
    $ cordon import env
    ✓ /desk/project/env holds no key that could be moved.
    2> ! OPENAI_API_KEY (line 1) stays: the route openai is for another host than api.openai.com; \`cordon route edit openai --name OTHER\` makes room.
    [1]
  `)

  assert.equal(readFileSync(join(page.desk.project, 'env'), 'utf8'), `OPENAI_API_KEY=${secret}\n`)
})

test('a key that is in the history of git, or in the shell as well, is told', async (t) => {
  const { page, file } = await openWith(t, `OPENAI_API_KEY=${secret}\n`)
  await page.typed('git init -q . && git add .env')
  page.desk.env['OPENAI_API_KEY'] = secret

  const { stderr } = await page.typed('cordon import')

  assert.ok(
    stderr.includes('! This shell has OPENAI_API_KEY too, and hands it to every program: `unset OPENAI_API_KEY`.\n'),
  )
  assert.ok(
    stderr.includes(
      `! git tracks ${file}, so its history may have the key: make a new one, then \`cordon secret set\`.\n`,
    ),
  )
})

test('a set-up names the keys that lie in plain files, with the command that moves them, until they are moved', async (t) => {
  const page = openPage(t)
  put(page.desk, '.env', `OPENAI_API_KEY=${secret}\nGROQ_API_KEY=${otherSecret}\nPORT=1\n`)
  put(page.desk, '../home/.hermes/.env', `ANTHROPIC_API_KEY=${secret}\n`)

  await page.reads(`
    $ cordon setup 2>&1 | grep moves
    ! /desk/project/.env sets OPENAI_API_KEY, GROQ_API_KEY, which every program of yours can read: \`cordon import /desk/project/.env\` moves them into the store.
    $ cordon setup hermes 2>&1 | grep moves
    ! ~/.hermes/.env sets ANTHROPIC_API_KEY, which every program of yours can read: \`cordon import ~/.hermes/.env --scope user\` moves it into the store.
    $ cordon import --yes > /dev/null 2>&1 && cordon import ~/.hermes/.env --scope user > /dev/null 2>&1
    $ cordon setup 2>&1 | grep -c moves
    0
    [1]
    $ cordon setup hermes 2>&1 | grep -c moves
    0
    [1]
  `)
})

test('lines that a set-up wrote are left alone, by an import and its undoing', async (t) => {
  const page = openPage(t)
  put(page.desk, '../home/.hermes/.env', `ANTHROPIC_API_KEY=${secret}\n`)
  await page.typed('cordon setup hermes --yes')
  const file = join(page.desk.home, '.hermes/.env')
  const before = readFileSync(file, 'utf8')

  await page.typed('cordon import ~/.hermes/.env --scope user')
  const imported = readFileSync(file, 'utf8')
  await page.typed('cordon import --undo ~/.hermes/.env --scope user')
  const undone = readFileSync(file, 'utf8')

  assert.ok(!imported.includes(secret))
  assert.equal(imported.split('# >>> cordon')[1], before.split('# >>> cordon')[1])
  assert.equal(undone, before)
})

/** The folders whose presence keeps a step waiting for up to 5 s, in the order of the steps, and what is done by then. */
const gates = [
  {
    step: 'cordon.toml',
    lock: 'cordon.toml.lock',
    isReached: ({ home }: Desk) => existsSync(join(home, '.config/cordon/secrets.age')),
  },
  {
    step: 'the file',
    lock: '.env.lock',
    isReached: ({ project }: Desk) => /^name = "openai"$/m.test(readFileSync(join(project, 'cordon.toml'), 'utf8')),
  },
]

for (const { step, lock, isReached } of gates) {
  test(`an import that is killed before it writes ${step} has lost nothing, and the next one goes on`, async (t) => {
    const { page, envText } = await openWith(t, `A=1\nOPENAI_API_KEY='${secret}'\n`)
    const { project, env } = page.desk
    mkdirSync(join(project, lock))

    const child = spawn(process.execPath, [cordonFile, 'import'], { cwd: project, env, stdio: 'ignore' })
    const ended = once(child, 'exit')
    while (!isReached(page.desk)) await sleep(5)
    child.kill('SIGKILL')
    await ended
    rmSync(join(project, lock), { recursive: true })

    assert.equal(envText(), `A=1\nOPENAI_API_KEY='${secret}'\n`)
    assert.deepEqual(filesHolding(page.desk.folder, secret), [join(project, '.env')])
    assert.equal((await page.typed('cordon import')).code, 0)
    assert.deepEqual(filesHolding(page.desk.folder, secret), [])
    assert.equal((await page.typed('cordon import --undo')).code, 0)
    assert.equal(envText(), `A=1\nOPENAI_API_KEY='${secret}'\n`)
  })
}

test('a store that does not take the key leaves the file and the configuration as they were', async (t) => {
  const { page, envText } = await openWith(t, `OPENAI_API_KEY=${secret}\n`)
  const config = readFileSync(join(page.desk.project, 'cordon.toml'), 'utf8')
  await page.typed('mkdir -p ~/.config/cordon/secrets.identity')

  const { code, stderr } = await page.typed('cordon import')

  assert.equal(code, 4)
  assert.match(stderr, /^✗ .* \(store_exposed\)\n/)
  assert.equal(envText(), `OPENAI_API_KEY=${secret}\n`)
  assert.equal(readFileSync(join(page.desk.project, 'cordon.toml'), 'utf8'), config)
})

test('a file that changed while the key was stored is not written over', async (t) => {
  const { page, file, envText } = await openWith(t, `OPENAI_API_KEY=${secret}\n`)
  const { project } = page.desk
  mkdirSync(join(project, '.env.lock'))

  const importing = page.typed('cordon import')
  while (!gates[1]?.isReached(page.desk)) await sleep(5)
  appendFileSync(file, 'MORE=1\n')
  rmSync(join(project, '.env.lock'), { recursive: true })
  const { code, stderr } = await importing

  assert.equal(code, 1)
  assert.match(
    stderr,
    /✗ .*\.env has changed in the meantime, and was not written\. \(file_changed\)\n {2}hint: run the command again/,
  )
  assert.equal(envText(), `OPENAI_API_KEY=${secret}\nMORE=1\n`)
})

describe('on a terminal', { skip: noTerminal }, () => {
  test('import shows what moves and asks; after a no nothing is changed, after a yes it is done', async (t) => {
    const { page, envText } = await openWith(t, `OPENAI_API_KEY=${secret}\n`)

    const no = await onTerminal(page.desk, ['cordon', 'import'], [['Go on?', `n${enter}`]])
    assert.match(
      no.text,
      /These keys move out of \/desk\/project\/\.env:\nVARIABLE .*\nOPENAI_API_KEY {2}1 +openai \(new\)/,
    )
    assert.match(no.text, /✗ Nothing was changed\. \(cancelled\)/)
    assert.equal(envText(), `OPENAI_API_KEY=${secret}\n`)
    assert.equal(existsSync(join(page.desk.home, '.config/cordon/secrets.age')), false)

    const yes = await onTerminal(page.desk, ['cordon', 'import'], [['Go on?', `y${enter}`]])
    assert.equal(yes.code, 0)
    assert.equal(envText(), `OPENAI_API_KEY=${placeholder}\n`)

    const back = await onTerminal(page.desk, ['cordon', 'import', '--undo'], [['These real keys go back', `y${enter}`]])
    assert.equal(envText(), `OPENAI_API_KEY=${secret}\n`)
    for (const { raw } of [no, yes, back]) assert.ok(!raw.includes(secret))
  })
})

test('a key that a known host takes on one path alone gets a route for that path', async (t) => {
  const page = openPage(t)
  put(page.desk, '.env', `CURSOR_API_KEY=${secret}\nCOPILOT_GITHUB_TOKEN=${otherSecret}\n`)
  await page.typed('cordon setup')

  await page.reads(`
    $ cordon import 2> /dev/null | grep route
    ✓ Added the routes cursor and copilot to /desk/project/cordon.toml.
    $ cordon route list | tr -s ' '
    NAME HOST THE ORIGIN GETS SECRET
    cursor api2.cursor.sh, below /auth/exchange_user_api_key Authorization: Bearer [secret] age "cursor"
    copilot *.githubcopilot.com Authorization: Bearer [secret] age "copilot"
  `)
})

test('a key that its store gives back as another one stays where it was', { skip: secretServiceSkip }, async (t) => {
  // The route unwraps what it reads, and this key looks wrapped before it is stored.
  const text = `OPENAI_API_KEY=go-keyring-base64:${Buffer.from(secret).toString('base64')}\n`
  const { page, envText } = await openWith(t, text)
  Object.assign(page.desk.env, {
    DBUS_SESSION_BUS_ADDRESS: (await startSecretService(t)).env['DBUS_SESSION_BUS_ADDRESS'],
  })
  await page.typed('cordon route add --host api.openai.com --source keyring')
  const config = join(page.desk.project, 'cordon.toml')
  put(
    page.desk,
    'cordon.toml',
    readFileSync(config, 'utf8').replaceAll('source = "keyring"', 'source = "keyring", decode = "go-keyring"'),
  )

  await page.reads(`
    $ cordon import
    2> ✗ What was stored as "openai" does not come back from the system keyring. (store_unproven)
    2>   hint: the key is still where it was; look at the store with \`cordon secret list\`
    [4]
  `)

  assert.equal(envText(), text)
})
