import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { CordonError } from '../../src/base/error.ts'
import { type Facts, type Log, silentLog } from '../../src/base/log.ts'
import { parseRouteName } from '../../src/base/names.ts'
import { isRunning, processOf } from '../../src/base/process.ts'
import { proxyUrl } from '../../src/config/token-file.ts'
import { watchTokens } from '../../src/config/token-watch.ts'
import { addToken, ensureToken, readTokens, revokeToken, rotateToken } from '../../src/config/tokens.ts'

test('a token is made once, of 256 bits, in a file and a folder of its owner alone', (t) => {
  const path = place(t)

  const first = ensureToken(path, 'default', 'readable')
  const second = ensureToken(path, 'default', 'readable')

  assert.match(first.token ?? '', /^[\w-]{43}$/)
  assert.deepEqual([first.made, second.made, second.token], [true, false, first.token])
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal(statSync(dirname(path)).mode & 0o777, 0o700)
  assert.deepEqual(readdirSync(dirname(path)), ['tokens.toml'])
})

test('of a hashed token the file holds nothing that would pass, and its value is told once', (t) => {
  const path = place(t)

  const { token = '' } = ensureToken(path, 'codex', 'hashed')

  assert.ok(!readFileSync(path, 'utf8').includes(token))
  assert.deepEqual(ensureToken(path, 'codex', 'hashed'), { token: undefined, made: false })
  assert.deepEqual(watchTokens(path, 'user').check('user', token), { known: true, name: 'codex' })
})

test('the file reads well, and is read back as it was written', (t) => {
  const path = place(t)
  ensureToken(path, 'default', 'readable')
  ensureToken(path, 'codex', 'hashed')

  const tokens = readTokens(path) ?? []

  assert.deepEqual(
    tokens.map(({ name, secret }) => [name, secret.kind]),
    [
      ['default', 'readable'],
      ['codex', 'hashed'],
    ],
  )
  assert.ok(tokens.every(({ created }) => Math.abs(Date.now() - created.getTime()) < 60_000))
  const shape =
    /^# Client tokens.*\n#.*\n\n\[default\]\ncreated = \S+Z\ntoken = "\S+"\n\n\[codex\]\ncreated = \S+Z\nsha256 = "\S+"\n$/
  assert.match(readFileSync(path, 'utf8'), shape)
})

test('rotation ends the old value, keeps the kind and leaves the other tokens alone', (t) => {
  const path = place(t)
  const { token: before = '' } = ensureToken(path, 'codex', 'hashed')
  const { token: other = '' } = ensureToken(path, 'default', 'readable')

  const after = rotateToken(path, 'codex')

  const watch = watchTokens(path, 'user')
  assert.deepEqual(
    [before, after, other].map((token) => watch.check('user', token).known),
    [false, true, true],
  )
  assert.equal(readTokens(path)?.[0]?.secret.kind, 'hashed')
  assert.throws(() => rotateToken(path, 'nobody'), withCode('token_missing'))
})

test('the last token revoked leaves a file that lets nobody pass', (t) => {
  const path = place(t)
  const { token = '' } = ensureToken(path, 'default', 'readable')

  assert.equal(revokeToken(path, 'default'), true)
  assert.equal(revokeToken(path, 'default'), false)

  assert.deepEqual(readTokens(path), [])
  assert.deepEqual(watchTokens(path, 'user').check('user', token), { known: false })
})

test('asking about tokens where there are none makes nothing', (t) => {
  const path = join(place(t), 'below', 'tokens.toml')

  assert.equal(readTokens(path), undefined)
  assert.equal(revokeToken(path, 'default'), false)
  assert.throws(() => rotateToken(path, 'default'), withCode('token_missing'))
  assert.throws(() => ensureToken(path, 'not a name', 'readable'), withCode('usage'))
  assert.throws(() => watchTokens(path, 'user'), withCode('tokens_missing'))

  assert.equal(existsSync(dirname(path)), false)
})

test('several commands at once lose none of their tokens', async (t) => {
  const path = place(t)
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  const program = `
    import { ensureToken } from ${JSON.stringify(new URL('../../src/config/tokens.ts', import.meta.url).href)}
    ensureToken(${JSON.stringify(path)}, process.argv[1], 'hashed')`

  const ends = names.map((name) =>
    once(
      spawn(process.execPath, ['--input-type=module', '-e', program, name], { stdio: ['ignore', 'ignore', 'inherit'] }),
      'exit',
    ),
  )
  const codes = (await Promise.all(ends)).map(([code]) => code)

  assert.deepEqual(
    codes,
    names.map(() => 0),
  )
  assert.deepEqual(
    readTokens(path)
      ?.map(({ name }) => name)
      .sort(),
    names,
  )
})

test('a proxy URL gives back audience and token as they were', () => {
  const url = new URL(proxyUrl('shop-0f3c9a12', 'A_b-c', 6790))

  assert.deepEqual([url.username, url.password, url.host], ['shop-0f3c9a12', 'A_b-c', '127.0.0.1:6790'])
})

test('a symbolic link is refused, and so is a file that others may read', (t) => {
  const linked = place(t)
  mkdirSync(dirname(linked), { recursive: true })
  symlinkSync('/nowhere', linked)
  const exposed = place(t)
  ensureToken(exposed, 'default', 'readable')
  chmodSync(exposed, 0o644)

  for (const use of [
    readTokens,
    (path: string) => ensureToken(path, 'default', 'readable'),
    (path: string) => watchTokens(path, 'user'),
  ]) {
    assert.throws(() => use(linked), withCode('symlink_refused'))
    assert.throws(() => use(exposed), withCode('tokens_exposed'))
  }
})

test('a faulty file is refused in a sentence that holds no token, and is not written over', (t) => {
  const token = 'x'.repeat(43)
  const faults = [
    `[default]\ncreated = 2026-01-01T00:00:00Z\ntoken = "${token}`,
    `[default]\ntoken = "${token}"`,
    `[default]\ncreated = 2026-01-01T00:00:00Z\ntoken = "${token}"\nrole = "admin"`,
    `[default]\ncreated = 2026-01-01T00:00:00Z\ntoken = "${token}short"`,
    `default = "${token}"`,
    '[default]\ncreated = 2026-01-01T00:00:00Z\ntoken = ""',
    '["__proto__"]\ncreated = 2026-01-01T00:00:00Z',
  ]

  for (const text of faults) {
    const path = place(t)
    mkdirSync(dirname(path), { mode: 0o700, recursive: true })
    writeFileSync(path, text, { mode: 0o600 })

    assert.throws(
      () => ensureToken(path, 'codex', 'hashed'),
      (thrown) => {
        assert.ok(thrown instanceof CordonError && thrown.code === 'tokens_faulty')
        assert.ok(thrown.message.includes(path) && !`${thrown.stack}${String(thrown.cause)}`.includes('xxxx'))
        return true
      },
    )
    assert.equal(readFileSync(path, 'utf8'), text)
  }
})

test('a token passes for its own audience only', (t) => {
  const path = place(t)
  const { token = '' } = ensureToken(path, 'default', 'readable')

  const watch = watchTokens(path, 'shop-0f3c9a12')

  assert.deepEqual(watch.check('shop-0f3c9a12', token), { known: true, name: 'default' })
  for (const [audience, other] of [
    ['user', token],
    ['shop-0f3c9a12', `${token}x`],
    ['shop-0f3c9a12', ''],
    ['', ''],
  ] as const) {
    assert.deepEqual(watch.check(audience, other), { known: false })
  }
})

test('rotation and revocation hold for the very next check, however fast they follow one another', (t) => {
  const path = place(t)
  let { token = '' } = ensureToken(path, 'default', 'readable')
  const watch = watchTokens(path, 'user')

  for (let round = 0; round < 100; round++) {
    const old = token
    rotateToken(path, 'default')
    token = rotateToken(path, 'default')

    assert.deepEqual([watch.check('user', old).known, watch.check('user', token).known], [false, true])
  }

  revokeToken(path, 'default')
  assert.equal(watch.check('user', token).known, false)
})

test('a file that disappears closes the proxy, and one that comes back opens it again', (t) => {
  const path = place(t)
  const { token = '' } = ensureToken(path, 'default', 'readable')
  const { log, errors } = recordingLog()
  const watch = watchTokens(path, 'user', log)

  renameSync(path, `${path}.away`)
  const answers = [watch.check('user', token).known, watch.check('user', token).known]
  renameSync(`${path}.away`, path)
  answers.push(watch.check('user', token).known)

  assert.deepEqual(answers, [false, false, true])
  assert.deepEqual(
    errors.map(({ code }) => code),
    ['tokens_missing'],
  )
})

test('a file that became faulty, a link or readable by others lets nobody pass until it is whole again', (t) => {
  const path = place(t)
  const { token = '' } = ensureToken(path, 'default', 'readable')
  const text = readFileSync(path, 'utf8')
  const { log, errors } = recordingLog()
  const watch = watchTokens(path, 'user', log)
  const spoil = {
    tokens_faulty: () => writeFileSync(path, `${text}[codex`),
    tokens_exposed: () => chmodSync(path, 0o604),
    symlink_refused: () => {
      renameSync(path, `${path}.real`)
      symlinkSync(`${path}.real`, path)
    },
  }

  for (const [code, act] of Object.entries(spoil)) {
    act()
    const [spoilt, again] = [watch.check('user', token), watch.check('user', token)]
    rmSync(path)
    writeFileSync(path, text, { mode: 0o600 })
    const mended = watch.check('user', token)

    assert.deepEqual([spoilt.known, again.known, mended.known], [false, false, true], code)
    assert.equal(errors.at(-1)?.code, code)
  }
  assert.equal(errors.length, 3)
  assert.ok(!JSON.stringify(errors).includes(token))
})

function place(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'cordon-tokens-'))
  t.after(() => rmSync(root, { recursive: true }))
  return join(root, 'state', 'tokens.toml')
}

function recordingLog(): { log: Log; errors: Facts[] } {
  const errors: Facts[] = []
  return { log: { ...silentLog, error: (facts) => void errors.push(facts) }, errors }
}

const withCode = (code: string) => (thrown: unknown) => thrown instanceof CordonError && thrown.code === code

test('a token with limits keeps them through rotation, and tells them where it is checked', (t) => {
  const path = place(t)
  const routes = ['openai', 'github'].flatMap((name) => parseRouteName(name) ?? [])
  addToken(path, 'ci', { routes })

  const token = rotateToken(path, 'ci')

  assert.deepEqual(watchTokens(path, 'user').check('user', token), { known: true, name: 'ci', routes: new Set(routes) })
  assert.match(readFileSync(path, 'utf8'), /\nroutes = \["openai","github"\]\n$/)
  assert.throws(() => addToken(path, 'ci', {}), withCode('token_exists'))
})

test('limits that are written in another way open nothing', (t) => {
  const path = place(t)
  addToken(path, 'ci', {})
  const text = readFileSync(path, 'utf8')

  for (const line of [
    'routes = "openai"',
    'routes = [1, "a b"]',
    'route = ["openai"]',
    'process = "1"',
    'process = -1',
    'process = 1\nstarted = "1"',
    'started = 1',
  ]) {
    writeFileSync(path, `${text}${line}\n`)
    assert.throws(() => readTokens(path), withCode('tokens_faulty'), line)
  }
})

test('a token of a process ends with it, for those who look and for those who have it open', async (t) => {
  const path = place(t)
  const child = spawn('sleep', ['60'])
  t.after(() => child.kill())
  const token = addToken(path, 'run-1', { process: processOf(child.pid ?? 0) })
  const watch = watchTokens(path, 'user')
  const before = watch.revision()
  assert.equal(watch.check('user', token).known, true)

  child.kill('SIGKILL')
  await once(child, 'exit')

  assert.equal(watch.check('user', token).known, false)
  while (watch.revision() === before) await new Promise((done) => setTimeout(done, 20))
  assert.deepEqual(readTokens(path), [])
  addToken(path, 'other', {})
  assert.doesNotMatch(readFileSync(path, 'utf8'), /run-1/)
})

const onLinux = process.platform === 'linux' ? false : 'the start of a process is told on Linux alone'

test('a token of a process opens nothing to a later one with its number', { skip: onLinux }, (t) => {
  const path = place(t)
  const now = processOf(process.pid)
  const own = addToken(path, 'run-1', { process: now })
  const other = addToken(path, 'run-2', { process: { ...now, startTicks: Number(now.startTicks) - 1 } })

  const watch = watchTokens(path, 'user')

  assert.deepEqual(
    [own, other].map((token) => watch.check('user', token).known),
    [true, false],
  )
})

test('a process that has ended and waits for its parent counts as ended', { skip: onLinux }, async (t) => {
  const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'])
  t.after(() => parent.kill())
  const [text] = await once(parent.stdout, 'data')
  const pid = Number(text)

  while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) await new Promise((done) => setImmediate(done))

  assert.equal(isRunning({ pid }), false)
})
