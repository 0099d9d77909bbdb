/** The one binary, built anew, where there is no Node: a quick look. `test/run.ts --binary` types everything with it. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { chmodSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { root } from '../docs/pages.ts'
import { secretServiceSkip, startSecretService } from '../secret-service.ts'

const folder = mkdtempSync(join(tmpdir(), 'cordon-binary-'))
const cordon = join(folder, 'one', 'cordon')
const home = join(folder, 'home')

before(() => build('one'))
after(() => rmSync(folder, { recursive: true, force: true }))

function build(name: string): void {
  execFileSync(process.execPath, [join(root, '.ci/build-binary.ts'), join(folder, name)], { stdio: 'inherit' })
}

/** The executable with nothing around it: no PATH, and of the environment what is given. */
function run(words: readonly string[], env: NodeJS.ProcessEnv = {}, input = ''): { stdout: string; stderr: string } {
  const { stdout, stderr } = spawnSync(cordon, words, {
    cwd: folder,
    env: { PATH: '/nowhere', HOME: home, ...env },
    input,
    encoding: 'utf8',
  })
  return { stdout, stderr }
}

test('the executable runs alone, and takes no code from the environment', () => {
  const stranger = join(folder, 'stranger.cjs')
  writeFileSync(stranger, 'console.log("a stranger was here")')

  const { stdout, stderr } = run(['--version'], { NODE_OPTIONS: `--require ${stranger}` })

  assert.match(stdout, /^cordon \S+ \(commit \S+, Node 26\.\S+, \S+, one binary\)\n$/)
  assert.equal(stderr, '')
})

test('the keyring works with the library from inside, laid where only its owner writes, and mended when changed', {
  skip: secretServiceSkip,
}, async (t) => {
  const { env } = await startSecretService(t)
  const secrets = { DBUS_SESSION_BUS_ADDRESS: env.DBUS_SESSION_BUS_ADDRESS }
  run(['setup'])
  run(['route', 'add', '--host', 'api.openai.com', '--source', 'keyring'], secrets)

  const stored = run(['secret', 'set', 'openai'], secrets, 'sk-canary-of-the-binary')
  const [library = ''] = globSync(join(home, '.cache/cordon/keyring-*.node'))
  const bytes = readFileSync(library)
  writeFileSync(library, 'something else')
  const checked = run(['secret', 'check'], secrets)

  assert.match(stored.stdout, /Stored the secret of openai in the system keyring/)
  assert.match(checked.stdout, /openai/)
  assert.equal(checked.stderr, '')
  assert.ok(readFileSync(library).equals(bytes), 'the library is whole again')
  assert.equal(library.includes(hash('sha256', bytes)), true)
  assert.deepEqual([statSync(library).mode & 0o777, statSync(join(home, '.cache/cordon')).mode & 0o777], [0o600, 0o700])
})

test('no library is loaded from a cache that others may write to', { skip: secretServiceSkip }, async (t) => {
  const { env } = await startSecretService(t)
  const secrets = { DBUS_SESSION_BUS_ADDRESS: env.DBUS_SESSION_BUS_ADDRESS }
  run(['setup'])
  run(['route', 'add', '--host', 'api.openai.com', '--source', 'keyring'], secrets)
  chmodSync(join(home, '.cache'), 0o777)

  const { stderr } = run(['secret', 'set', 'openai'], secrets, 'sk-canary-of-the-binary')

  assert.match(stderr, /\.cache is another user's, or open to all, .* \(keyring_unavailable\)/)
})

test('the same commit gives the same bundle', () => {
  build('two')

  const [one, two] = ['one', 'two'].map((name) => hash('sha256', readFileSync(join(folder, name, 'cordon.cjs'))))

  assert.equal(one, two)
})
