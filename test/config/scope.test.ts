import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { scopeOf } from '../../src/config/scope.ts'

test('without a choice the scope is the project of the folder, and its state lies apart from the work', (t) => {
  const { home, cwd, env } = place(t, 'shop')
  const name = `shop-${hash8(cwd)}`

  const scope = scopeOf({}, { cwd, env })

  const folder = join(home, '.config/cordon/projects', name)
  assert.deepEqual(scope, {
    kind: 'project',
    name,
    configPath: join(cwd, 'cordon.toml'),
    folder,
    certs: {
      folder: join(folder, 'certs'),
      caCert: join(folder, 'certs/ca-cert.pem'),
      caKey: join(folder, 'certs/ca-key.pem'),
      bundle: join(folder, 'certs/combined-ca.pem'),
      trustStore: join(folder, 'certs/trust-store.p12'),
      trusted: join(folder, 'certs/trusted'),
    },
    tokensPath: join(folder, 'tokens.toml'),
    cordonHome: join(home, '.config/cordon'),
  })
  assert.deepEqual(scopeOf({ scope: 'project' }, { cwd, env }), scope)
})

test('the user scope has one file and one name, wherever the command runs', (t) => {
  const { home, cwd, env } = place(t, 'shop')

  const scope = scopeOf({ scope: 'user' }, { cwd, env })

  assert.equal(scope.name, 'user')
  assert.equal(scope.configPath, join(home, '.config/cordon/cordon.toml'))
  assert.equal(scope.tokensPath, join(home, '.config/cordon/user/tokens.toml'))
  assert.equal(scope.certs.caKey, join(home, '.config/cordon/user/certs/ca-key.pem'))
})

test('XDG_CONFIG_HOME moves every scope, and a relative one is ignored', (t) => {
  const { home, cwd, env } = place(t, 'shop')
  const moved = join(home, 'elsewhere')

  assert.equal(scopeOf({}, { cwd, env: { ...env, XDG_CONFIG_HOME: moved } }).cordonHome, join(moved, 'cordon'))
  assert.equal(
    scopeOf({}, { cwd, env: { ...env, XDG_CONFIG_HOME: 'elsewhere' } }).cordonHome,
    join(home, '.config/cordon'),
  )
  assert.equal(scopeOf({}, { cwd, env: { ...env, XDG_CONFIG_HOME: '' } }).cordonHome, join(home, '.config/cordon'))
})

test('--config is the project of the folder its file stands in', (t) => {
  const { cwd, env } = place(t, 'shop')
  const below = join(cwd, 'api')
  mkdirSync(below)

  const scope = scopeOf({ config: 'api/other.toml' }, { cwd, env })

  assert.equal(scope.configPath, join(below, 'other.toml'))
  assert.equal(scope.name, scopeOf({}, { cwd: below, env }).name)
})

test("the user's own file is the user scope by whichever way it is named", (t) => {
  const { home, cwd, env } = place(t, 'shop')
  const cordonHome = join(home, '.config/cordon')
  mkdirSync(cordonHome, { recursive: true })
  const user = scopeOf({ scope: 'user' }, { cwd, env })

  assert.deepEqual(scopeOf({ config: join(cordonHome, 'cordon.toml') }, { cwd, env }), user)
  assert.deepEqual(scopeOf({}, { cwd: cordonHome, env }), user)
  assert.equal(scopeOf({ config: join(cordonHome, 'other.toml') }, { cwd, env }).kind, 'project')
})

test('a project has one name through whichever link it is entered', (t) => {
  const { home, cwd, env } = place(t, 'shop')
  const link = join(home, 'link')
  symlinkSync(cwd, link)

  assert.deepEqual(scopeOf({ config: join(link, 'cordon.toml') }, { cwd: home, env }), scopeOf({}, { cwd, env }))
  assert.deepEqual(scopeOf({}, { cwd: link, env }), scopeOf({}, { cwd, env }))
})

test('a project keeps its name when its folder is made after it was named through a link', (t) => {
  const { home, cwd, env } = place(t, 'shop')
  symlinkSync(cwd, join(home, 'link'))
  const config = join(home, 'link/new/cordon.toml')

  const before = scopeOf({ config }, { cwd, env })
  mkdirSync(join(cwd, 'new'))

  assert.deepEqual(scopeOf({ config }, { cwd, env }), before)
})

test('the name of a project is safe in a URL and as the name of a file, and plain names stay as they are', (t) => {
  const names = {
    'My_app.v2-x': 'My_app.v2-x',
    '.dotfiles': '.dotfiles',
    'two words & more': 'two-words-more',
    'a:b@c%2f': 'a-b-c-2f',
    münchen: 'm-nchen',
    '-rf': 'rf',
    日本: 'project',
    '...': 'project',
    ['long'.repeat(60)]: 'long'.repeat(50),
  }

  for (const [folder, expected] of Object.entries(names)) {
    const { cwd, env } = place(t, folder)
    const { name } = scopeOf({}, { cwd, env })

    assert.equal(name, `${expected}-${hash8(cwd)}`)
    assert.equal(new URL(`http://${name}:token@127.0.0.1:1`).username, name)
  }
})

test('two projects of one name are told apart', (t) => {
  const [one, other] = [place(t, 'shop'), place(t, 'shop')]

  assert.notEqual(scopeOf({}, one).name, scopeOf({}, other).name)
})

test('--config beside --scope, without a value, or naming a folder is a mistake of usage', (t) => {
  const { cwd, env } = place(t, 'shop')

  for (const choice of [{ config: 'cordon.toml', scope: 'project' as const }, { config: '' }, { config: '.' }]) {
    assert.throws(() => scopeOf(choice, { cwd, env }), { name: 'CordonError', code: 'usage' })
  }
})

function place(t: TestContext, folder: string) {
  const home = realpathSync.native(mkdtempSync(join(tmpdir(), 'cordon-scope-')))
  t.after(() => rmSync(home, { recursive: true }))
  const cwd = join(home, folder)
  mkdirSync(cwd)
  return { home, cwd, env: { HOME: home } }
}

const hash8 = (folder: string) => createHash('sha256').update(folder).digest('hex').slice(0, 8)
