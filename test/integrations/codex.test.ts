import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { codex } from '../../src/integrations/codex.ts'
import { placeholder } from '../../src/integrations/codex-auth.ts'
import type { IntegrationContext } from '../../src/integrations/integration.ts'
import { Secret } from '../../src/secrets/secret.ts'
import type { SecretPlace } from '../../src/secrets/source.ts'
import { runCodex } from '../codex.ts'
import { temporaryFolder } from '../world.ts'

const realKey = 'sk-proj-CANARY0123456789abcdefghijklmnopqrstuvwxyz'
const place: SecretPlace = { source: 'age', account: 'openai' }
const noKey = async () => undefined

interface Files {
  [name: string]: string
}

/** A home with these files, each with its own mode, and a context that sets it up. */
function startHome(
  t: TestContext,
  files: Files = {},
  mode = 0o640,
): { context: IntegrationContext; home: string; root: string } {
  const root = temporaryFolder(t)
  const home = join(root, 'home')
  mkdirSync(home)
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(home, name), text)
    chmodSync(join(home, name), mode)
  }
  const variables = { HTTPS_PROXY: 'http://user:tok-CLIENT@127.0.0.1:6790', SSL_CERT_FILE: join(root, 'a bundle.pem') }
  const env = { PATH: process.env['PATH'], HOME: root, CODEX_HOME: home }
  return {
    context: {
      scope: 'user',
      cwd: root,
      env,
      stateFolder: join(root, 'state'),
      variables,
      self: { command: 'cordon', options: '' },
    },
    home,
    root,
  }
}

/** Every path below a folder with its mode and bytes. */
function snapshot(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return new Map(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name)
      const mode = (statSync(path).mode & 0o777).toString(8)
      return [path, entry.isFile() ? `${mode} ${readFileSync(path, 'latin1')}` : mode]
    }),
  )
}

const withPort = (context: IntegrationContext, port: number): IntegrationContext => ({
  ...context,
  variables: { ...context.variables, HTTPS_PROXY: `http://user:tok-CLIENT@127.0.0.1:${port}` },
})

const setUp = (context: IntegrationContext) => codex.apply(context, codex.plan(context))

const foreignHomes: Record<string, Files> = {
  'an empty home': {},
  'files with comments': {
    '.env': '# mine\n\nA=1\n',
    'config.toml': '# mine\nmodel = "gpt-6" # best\n\n[tui]\ntheme = "x"\n',
  },
  'CRLF line ends': { '.env': 'A=1\r\nB="2"\r\n', 'config.toml': 'model = "gpt-6"\r\n\r\n[tui]\r\ntheme = "x"\r\n' },
  'no final newline': { '.env': 'A=1', 'config.toml': '[tui]\ntheme = "x"' },
  'proxy lines of its own': { '.env': 'HTTPS_PROXY=http://proxy.corp.test:3128\nexport https_proxy="http://x"\n' },
  'a policy with inherit': { 'config.toml': '[shell_environment_policy]\ninherit = "core"\nexclude = ["AWS_*"]\n' },
  'a policy in dotted keys': {
    'config.toml': 'shell_environment_policy.set.A = "b"\nshell_environment_policy.inherit = "none"\n',
  },
  'a policy in one line': {
    'config.toml': 'shell_environment_policy = { inherit = "core", set = { A = "b" } }\nmodel = "m"\n',
  },
  'a variable of ours set by the person': {
    'config.toml': '[shell_environment_policy.set]\nHTTPS_PROXY = "http://theirs" # mine\nZ = "1"\n',
  },
  'a sandbox of its own': {
    'config.toml': 'sandbox_mode = "workspace-write"\n\n[sandbox_workspace_write]\nwritable_roots = ["/x"]\n',
  },
  'a byte order mark': { 'config.toml': '\uFEFFmodel = "m"\n' },
}

for (const [what, files] of Object.entries(foreignHomes)) {
  test(`set up and undone, ${what} has every byte and mode it had`, async (t) => {
    const { context, home, root } = startHome(t, files)
    const before = snapshot(root)

    await setUp(context)
    const run = await runCodex({ home, cwd: root, env: {}, args: ['mcp', 'list'] })
    const login = await runCodex({ home, cwd: root, env: {}, args: ['login', 'status'] })
    const again = codex.plan(context)
    const found = codex.detect(context)
    const reverted = await codex.revert(context, noKey)

    assert.equal(run.code, 0, run.stderr)
    assert.equal(login.code, 0, login.stderr)
    assert.deepEqual(again.changes, [])
    assert.equal(found.state, 'current')
    assert.deepEqual(reverted.notices, [])
    assert.deepEqual(snapshot(root), before)
  })
}

test('a set-up Codex holds the variables, a placeholder, and files that only its owner may read', async (t) => {
  const { context, home } = startHome(t, { '.env': 'HTTPS_PROXY=http://proxy.corp.test:3128\n' }, 0o644)

  await setUp(context)

  const run = await runCodex({ home, cwd: home, env: {}, args: ['sandbox', '--', 'env'] })
  assert.match(run.stdout, /^HTTPS_PROXY=http:\/\/user:tok-CLIENT@127\.0\.0\.1:6790$/m)
  assert.match(run.stdout, /^SSL_CERT_FILE=.*a bundle\.pem$/m)
  assert.equal(JSON.parse(readFileSync(join(home, 'auth.json'), 'utf8')).OPENAI_API_KEY, placeholder)
  for (const name of ['.env', 'auth.json', 'config.toml']) {
    assert.equal(statSync(join(home, name)).mode & 0o777, 0o600, name)
  }
})

test('a new port changes our lines alone, and undoing still gives the first bytes back', async (t) => {
  const { context, home, root } = startHome(t, { '.env': 'A=1', 'config.toml': '# mine' })
  const before = snapshot(root)
  await setUp(context)

  const moved = withPort(context, 7001)
  const found = codex.detect(moved)
  const plan = codex.plan(moved)
  await codex.apply(moved, plan)

  assert.equal(found.state, 'stale')
  assert.deepEqual(
    plan.changes.map(({ path }) => path),
    [join(home, 'config.toml'), join(home, '.env')],
  )
  assert.match(readFileSync(join(home, '.env'), 'utf8'), /^A=1\n(.*\n)*HTTPS_PROXY=".*:7001"\n/)
  assert.equal(codex.proxyUrl(moved), moved.variables['HTTPS_PROXY'])
  await codex.revert(moved, noKey)
  assert.deepEqual(snapshot(root), before)
})

test('what a person wrote after the set-up survives a new port and the undoing', async (t) => {
  const { context, home } = startHome(t, { '.env': 'A=1\n', 'config.toml': 'model = "m"\n' })
  await setUp(context)
  writeFileSync(join(home, '.env'), `${readFileSync(join(home, '.env'), 'utf8')}B=2\n`)
  writeFileSync(join(home, 'config.toml'), `# later\n${readFileSync(join(home, 'config.toml'), 'utf8')}`)

  const moved = withPort(context, 7001)
  await setUp(moved)
  writeFileSync(join(home, '.env'), `C=3\n${readFileSync(join(home, '.env'), 'utf8')}`)
  const { notices } = await codex.revert(moved, noKey)

  assert.deepEqual(notices, [])
  assert.equal(readFileSync(join(home, '.env'), 'utf8'), 'C=3\nA=1\nB=2\n')
  assert.equal(readFileSync(join(home, 'config.toml'), 'utf8'), '# later\nmodel = "m"\n')
})

test('a key of ours that a person changed stays as he wants it, and is told', async (t) => {
  const { context, home } = startHome(t, { 'config.toml': 'model = "m"\n' })
  await setUp(context)
  const config = join(home, 'config.toml')
  writeFileSync(config, readFileSync(config, 'utf8').replace('"workspace-write"', '"read-only"'))

  const { notices } = await codex.revert(context, noKey)

  assert.match(notices.join(), /sandbox_mode was changed since/)
  assert.equal(readFileSync(config, 'utf8'), 'model = "m"\nsandbox_mode = "read-only"\n')
})

test("a person's own key comes back where we had put another value over it", async (t) => {
  const { context, home } = startHome(t, {
    'config.toml': '[shell_environment_policy.set]\nHTTPS_PROXY = "http://theirs"\n',
  })
  await setUp(context)
  const config = join(home, 'config.toml')
  writeFileSync(config, `# later\n${readFileSync(config, 'utf8')}`)

  await codex.revert(context, noKey)

  assert.match(readFileSync(config, 'utf8'), /HTTPS_PROXY = "http:\/\/theirs"\n/)
  assert.doesNotMatch(readFileSync(config, 'utf8'), /CLIENT|SSL_CERT_FILE|sandbox/)
})

for (const choice of [
  'sandbox_mode = "read-only"\n',
  'default_permissions = ":workspace"\n',
  '[sandbox_workspace_write]\nnetwork_access = false\n',
]) {
  test(`a sandbox that the person chose stays: ${choice.split('\n')[0]}`, async (t) => {
    const { context, home } = startHome(t, { 'config.toml': choice })

    const plan = codex.plan(context)
    await codex.apply(context, plan)

    const config = readFileSync(join(home, 'config.toml'), 'utf8')
    assert.match(plan.notices.join(), /sandbox stays as you chose it/)
    assert.ok(config.startsWith(choice))
    assert.doesNotMatch(config.slice(choice.length), /sandbox|network_access/)
  })
}

const realLogin = `{\n  "auth_mode": "apikey",\n  "OPENAI_API_KEY": "${realKey}"\n}`

test('a real key moves into the store, is in no file afterwards, and comes back', async (t) => {
  const { context, home, root } = startHome(t, { 'auth.json': realLogin }, 0o600)
  const before = snapshot(root)
  const moved: Secret[] = []

  const plan = codex.plan(context)
  await codex.apply(context, plan, async (key) => {
    moved.push(key)
    return place
  })

  assert.equal(plan.realKey?.path, join(home, 'auth.json'))
  assert.doesNotMatch(JSON.stringify(plan), /CANARY/)
  assert.equal(moved[0]?.reveal(), realKey)
  assert.doesNotMatch([...snapshot(root).values()].join(), /CANARY/)
  assert.match(readFileSync(join(home, 'auth.json'), 'utf8'), /sk-cordon-placeholder-/)
  await codex.revert(context, async (from) => {
    assert.deepEqual(from, place)
    return new Secret(realKey)
  })
  assert.deepEqual(snapshot(root), before)
})

test('a real key stays where it is without consent, and is found again', async (t) => {
  const { context, home } = startHome(t, { 'auth.json': realLogin })

  await setUp(context)

  assert.equal(readFileSync(join(home, 'auth.json'), 'utf8'), realLogin)
  assert.deepEqual(codex.detect(context).realKey, { path: join(home, 'auth.json') })
  assert.equal(codex.detect(context).state, 'current')
})

test('a key that is gone from the store leaves the placeholder, and is told', async (t) => {
  const { context, home } = startHome(t, { 'auth.json': realLogin })
  await codex.apply(context, codex.plan(context), async () => place)

  const { notices } = await codex.revert(context, noKey)

  assert.match(notices.join(), /keeps its placeholder/)
  assert.match(readFileSync(join(home, 'auth.json'), 'utf8'), /sk-cordon-placeholder-/)
})

test('a store that does not open at the undoing leaves everything set up', async (t) => {
  const { context, root } = startHome(t, { 'auth.json': realLogin })
  await codex.apply(context, codex.plan(context), async () => place)
  const before = snapshot(root)

  await assert.rejects(
    codex.revert(context, () => Promise.reject(new Error('locked'))),
    /locked/,
  )

  assert.deepEqual(snapshot(root), before)
})

test('a login of the person after the set-up stays at the undoing', async (t) => {
  const { context, home } = startHome(t)
  await setUp(context)
  writeFileSync(join(home, 'auth.json'), realLogin)

  const { notices } = await codex.revert(context, noKey)

  assert.match(notices.join(), /login of your own/)
  assert.equal(readFileSync(join(home, 'auth.json'), 'utf8'), realLogin)
})

test('a ChatGPT login is left alone, and is told', (t) => {
  const text = JSON.stringify({ auth_mode: 'chatgpt', OPENAI_API_KEY: null, tokens: { access_token: 'x' } })
  const { context } = startHome(t, { 'auth.json': text })

  const plan = codex.plan(context)

  assert.match(plan.notices.join(), /ChatGPT.*codex login --with-api-key/)
  assert.deepEqual(
    codex.routes(context).map(({ host }) => host),
    ['api.openai.com'],
  )
  assert.deepEqual(
    plan.changes.filter(({ path }) => path.endsWith('auth.json')),
    [],
  )
})

test('a failure midway takes everything back, with the key still in its file', async (t) => {
  const { context, home, root } = startHome(t, { '.env': 'A=1\n', 'auth.json': realLogin })
  const before = snapshot(root)
  const plan = codex.plan(context)

  const failing = codex.apply(context, plan, async () => {
    rmSync(join(home, '.env'))
    mkdirSync(join(home, '.env'))
    return place
  })

  await assert.rejects(failing, { code: 'file_unreadable' })
  rmSync(join(home, '.env'), { recursive: true })
  writeFileSync(join(home, '.env'), 'A=1\n')
  chmodSync(join(home, '.env'), 0o640)
  assert.deepEqual(snapshot(root), before)
})

test('a folder in the way of config.toml is told before anything is written', async (t) => {
  const { context, home, root } = startHome(t)
  const plan = codex.plan(context)
  mkdirSync(join(home, 'config.toml'))
  const before = snapshot(root)

  await assert.rejects(codex.apply(context, plan), { code: 'file_unreadable' })

  assert.deepEqual(snapshot(root), before)
})

test('a file that changes between plan and apply is not overwritten', async (t) => {
  const { context, home, root } = startHome(t, { '.env': 'A=1\n' })
  const plan = codex.plan(context)
  writeFileSync(join(home, '.env'), 'A=2\n')
  const before = snapshot(root)

  await assert.rejects(codex.apply(context, plan), { code: 'file_changed' })

  assert.deepEqual(snapshot(root), before)
})

test('a set-up that was killed after its undo record is undone like any other', async (t) => {
  const { context, home, root } = startHome(t, { '.env': 'A=1\n', 'config.toml': '# mine\n' })
  const before = snapshot(root)
  const old = { env: readFileSync(join(home, '.env')), config: readFileSync(join(home, 'config.toml')) }
  await setUp(context)
  writeFileSync(join(home, '.env'), old.env)
  chmodSync(join(home, '.env'), 0o640)

  const { notices } = await codex.revert(context, noKey)

  assert.deepEqual(notices, [])
  assert.deepEqual(snapshot(root), before)
})

test('a file that is no UTF-8 is refused rather than damaged', (t) => {
  const { context, home } = startHome(t)
  writeFileSync(join(home, '.env'), Buffer.from([0x41, 0x3d, 0xff, 0x0a]))

  assert.throws(() => codex.plan(context), { code: 'file_unreadable' })
})

function startProject(t: TestContext): { context: IntegrationContext; project: string } {
  const { context, root } = startHome(t)
  const project = join(root, 'a project')
  mkdirSync(project)
  execFileSync('git', ['init', '-q', project])
  return { context: { ...context, scope: 'project', cwd: project }, project }
}

test('a project keeps its Codex home out of git, and is as it was when undone', async (t) => {
  const { context, project } = startProject(t)
  const below = join(project, 'deep #1')
  mkdirSync(below)
  const before = snapshot(project)

  const inside = { ...context, cwd: below }
  const plan = codex.plan(inside)
  await codex.apply(inside, plan)
  const status = execFileSync('git', ['status', '--porcelain', '--untracked-files=all'], {
    cwd: project,
    encoding: 'utf8',
  })

  assert.equal(status, '')
  assert.equal(statSync(join(below, '.codex')).mode & 0o777, 0o700)
  assert.deepEqual(plan.next, ['export CODEX_HOME="$PWD/.codex" && codex'])
  assert.deepEqual(codex.plan(inside).changes, [])
  await codex.revert(inside, noKey)
  assert.deepEqual(snapshot(project), before)
})

test('a project that shares its Codex settings goes on to, and hides only what is private', async (t) => {
  const { context, project } = startProject(t)
  mkdirSync(join(project, '.codex'))
  writeFileSync(join(project, '.codex', 'config.toml'), 'model = "m"\n')
  execFileSync('git', ['add', '.'], { cwd: project })

  const plan = codex.plan(context)
  await codex.apply(context, plan)
  writeFileSync(join(project, '.codex', 'AGENTS.md'), 'shared\n')
  const status = execFileSync('git', ['status', '--porcelain', '--untracked-files=all'], {
    cwd: project,
    encoding: 'utf8',
  })

  assert.match(plan.notices.join(), /tracked by git/)
  assert.deepEqual(status.trimEnd().split('\n'), ['AM .codex/config.toml', '?? .codex/AGENTS.md'])
})

test('a linked work tree uses the exclude file that git itself reads', async (t) => {
  const { context, project } = startProject(t)
  const author = ['-c', 'user.name=t', '-c', 'user.email=t@example.test']
  execFileSync('git', [...author, 'commit', '-q', '--allow-empty', '-m', 'first'], { cwd: project })
  execFileSync('git', ['worktree', 'add', '-q', '../linked'], { cwd: project })
  const linked = join(project, '..', 'linked')

  await setUp({ ...context, cwd: linked })

  assert.equal(execFileSync('git', ['status', '--porcelain'], { cwd: linked, encoding: 'utf8' }), '')
})

for (const name of ['.codex', '.codex/.env', '.codex/config.toml', '.codex/auth.json']) {
  test(`a repository cannot lead us elsewhere by a link at ${name}`, (t) => {
    const { context, project } = startProject(t)
    const outside = join(project, '..', 'outside')
    mkdirSync(outside)
    if (name !== '.codex') mkdirSync(join(project, '.codex'))
    symlinkSync(outside, join(project, name))

    assert.throws(() => codex.plan(context), { code: 'symlink_refused' })
  })
}

test('one state folder remembers one home', async (t) => {
  const { context, root } = startHome(t)
  await setUp(context)

  const elsewhere = { ...context, env: { ...context.env, CODEX_HOME: join(root, 'other') } }

  assert.throws(() => codex.plan(elsewhere), { code: 'set_up_elsewhere' })
})

test('a home in a project starts no daemon, which would copy itself into it, unless a person says so', (t) => {
  const { context } = startHome(t)
  const project = { ...context, scope: 'project' as const }
  const configIn = (one: IntegrationContext) =>
    codex.plan(one).changes.find(({ path }) => path.endsWith('config.toml'))?.after ?? ''

  assert.match(configIn(project), /^\[features\].*\ndaemon_auto_start = false$/m)
  assert.doesNotMatch(configIn(context), /daemon_auto_start/)
  mkdirSync(join(context.cwd, '.codex'))
  writeFileSync(join(context.cwd, '.codex', 'config.toml'), '[features]\ndaemon_auto_start = true\n')
  assert.match(configIn(project), /^daemon_auto_start = true$/m)
})

test('the real Codex reads from a home in a project that it shall start no daemon', async (t) => {
  const { context, root } = startHome(t)
  const featureIn = async (home: string) => {
    const { stdout } = await runCodex({ home, env: {}, args: ['features', 'list'], cwd: root })
    return /^daemon_auto_start\s.*\b(true|false)$/m.exec(stdout)?.[1]
  }
  await setUp({ ...context, scope: 'project' })
  await setUp({ ...context, stateFolder: join(root, 'state of the user') })

  const features = [await featureIn(join(root, '.codex')), await featureIn(join(root, 'home'))]

  assert.deepEqual(features, ['false', 'true'])
})
