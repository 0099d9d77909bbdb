import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { parseRouteName, type RouteName } from '../../src/base/names.ts'
import { addRoute, editRoute, type RouteDraft, removeRoute, saveConfig, scaffold } from '../../src/config/edit.ts'
import { parseConfig } from '../../src/config/load.ts'
import { corpus } from './corpus.ts'

const openai: RouteDraft = {
  name: 'added',
  host: 'api.openai.com',
  auth: { type: 'header', headerName: 'Authorization', scheme: 'Bearer' },
  secret: { source: 'keyring', service: 'cordon', account: 'openai' },
}
const full: RouteDraft = {
  ...openai,
  ports: [443, 8443],
  paths: ['/v1'],
  methods: ['GET'],
  auth: { type: 'basic', username: 'sam "the" man' },
  secret: { source: 'keyring', service: 'gh', account: 'a', decode: 'go-keyring', store: 'kernel' },
  connectTo: '127.0.0.1:8443',
  allowCleartext: true,
}

for (const [kind, text] of Object.entries(corpus)) {
  test(`a route added to ${kind} can be taken out again to the byte`, () => {
    for (const draft of [openai, full]) {
      const added = addRoute(text, draft)

      assert.equal(removeRoute(added, named('added')), text)
    }
  })

  test(`two routes added to ${kind} go in either order`, () => {
    const both = addRoute(addRoute(text, openai), { ...full, name: 'another' })

    const first = removeRoute(removeRoute(both, named('added')), named('another'))
    const last = removeRoute(removeRoute(both, named('another')), named('added'))

    assert.deepEqual([first, last], [text, text])
  })
}

test('a route is added as one block that reads like a page', () => {
  const added = addRoute('listen = 6790', openai)

  assert.equal(
    added,
    [
      'listen = 6790',
      '',
      '[[routes]]',
      'name = "added"',
      'match.host = "api.openai.com"',
      'auth.type = "header"',
      'auth.header_name = "Authorization"',
      'auth.scheme = "Bearer"',
      'auth.secret = { source = "keyring", account = "openai" }',
    ].join('\n'),
  )
})

test('what was added is what the configuration then says', () => {
  const [route] = parseConfig(addRoute('listen = 1', full), 'cordon.toml').routes

  assert.deepEqual(route, {
    name: 'added',
    match: { host: { kind: 'exact', host: 'api.openai.com' }, ports: [443, 8443], paths: ['/v1'], methods: ['GET'] },
    auth: full.auth,
    secret: full.secret,
    connectTo: { host: '127.0.0.1', port: 8443 },
    allowCleartext: true,
  })
})

const written = `listen = 6790
# about one
[[routes]]
name = "one"   # its name
[routes.match]
host = "one.test"
[routes.auth]
type = "header" # how
header_name = "X-Key"
[routes.auth.secret]
source = "keyring"
service = "cordon"
account = "one"

[[routes]]
name = "two"
match = { host = "two.test", port = [443] }
auth = { type = "basic", username = "sam", secret = { source = "age", account = "two" } } # all of it
# the end
`

test('an edit changes the keys it names and no other', () => {
  const edited = editRoute(written, named('one'), {
    host: 'eins.test',
    paths: ['/v1'],
    secret: { source: 'keyring', service: 'cordon', account: 'eins' },
  })

  assert.equal(
    edited,
    written.replace('"one.test"', '"eins.test"\npaths = ["/v1"]').replace('account = "one"', 'account = "eins"'),
  )
})

test('a credential of another type takes its keys along', () => {
  const edited = editRoute(written, named('one'), {
    auth: { type: 'basic', username: 'sam' },
    secret: { source: 'age', account: 'one' },
  })
  const [route] = parseConfig(edited, 'cordon.toml').routes

  assert.deepEqual(
    [route?.auth, route?.secret],
    [
      { type: 'basic', username: 'sam' },
      { source: 'age', account: 'one' },
    ],
  )
  assert.match(
    edited,
    /type = "basic" # how\nusername = "sam"\n\[routes.auth.secret\]\nsource = "age"\naccount = "one"\n/,
  )
})

test('a route in inline tables is edited inside its braces', () => {
  const edited = editRoute(written, named('two'), {
    ports: undefined,
    secret: { source: 'keyring', service: 'gh', account: 'two' },
    name: 'zwei',
  })

  assert.equal(
    edited,
    written
      .replace('"two"\n', '"zwei"\n')
      .replace(', port = [443]', '')
      .replace('{ source = "age", account = "two" }', '{ source = "keyring", account = "two", service = "gh" }'),
  )
})

test('a change to what is there already leaves the file as it is', () => {
  const { name, host, auth, secret, ...others } = full
  const text = addRoute(written, full)

  assert.equal(editRoute(text, named('added'), { name, host, auth, secret, ...others }), text)
  assert.equal(editRoute(text, named('added'), {}), text)
})

test('optional keys can be taken out', () => {
  const gone = {
    ports: undefined,
    paths: undefined,
    methods: undefined,
    connectTo: undefined,
    allowCleartext: undefined,
  }

  assert.equal(
    editRoute(addRoute('', full), named('added'), gone),
    addRoute('', { ...openai, auth: full.auth, secret: full.secret }),
  )
})

test('removing a route takes its sub-tables and the comment above it, and nothing of its neighbours', () => {
  assert.equal(
    removeRoute(written, named('one')),
    `listen = 6790\n\n${written.slice(written.indexOf('[[routes]]\nname = "two"'))}`,
  )
  assert.equal(
    removeRoute(written, named('two')),
    `${written.slice(0, written.indexOf('\n[[routes]]\nname = "two"'))}# the end\n`,
  )
})

test('a name that is taken, and one that there is not, are told with the way on', () => {
  assert.throws(() => addRoute(written, { ...openai, name: 'one' }), {
    code: 'route_exists',
    hint: /`cordon route edit one`/,
  })
  assert.throws(() => editRoute(written, named('one'), { name: 'two' }), { code: 'route_exists' })
  assert.throws(() => removeRoute(written, named('tow1')), {
    code: 'route_missing',
    hint: 'see the routes with `cordon route list`',
  })
  assert.throws(() => editRoute(written, named('ones'), {}), {
    code: 'route_missing',
    hint: /^did you mean one\? .*`cordon route list`/,
  })
})

test('routes in one list are left to the person', () => {
  const text = 'listen = 1\nroutes = [{ name = "one" }]\n'
  const refusal = { code: 'edit_refused', message: /^Line 2 / }

  assert.throws(() => addRoute(text, openai), refusal)
  assert.throws(() => editRoute(text, named('one'), { host: 'x.test' }), refusal)
  assert.throws(() => removeRoute(text, named('one')), refusal)
})

test('a file that is no TOML is not edited', () => {
  assert.throws(() => addRoute('listen = \n', openai), { code: 'toml_faulty' })
})

test('a saved configuration is the new text, whole, with the mode it had', (t) => {
  const path = configIn(t, written)

  saveConfig(path, written, addRoute(written, openai))

  assert.equal(readFileSync(path, 'utf8'), addRoute(written, openai))
  assert.deepEqual(readdirSync(join(path, '..')), ['cordon.toml'])
})

test('a first configuration is saved where there was none', (t) => {
  const path = join(folder(t), 'new', 'cordon.toml')

  saveConfig(path, undefined, scaffold(6790))

  assert.equal(readFileSync(path, 'utf8'), scaffold(6790))
})

test('a configuration that would be faulty is not saved', (t) => {
  const path = configIn(t, written)

  assert.throws(() => saveConfig(path, written, written.replace('6790', '0')), { code: 'config_faulty' })

  assert.equal(readFileSync(path, 'utf8'), written)
})

test('what somebody else wrote in the meantime is not overwritten', (t) => {
  const path = configIn(t, `${written}# mine\n`)

  assert.throws(() => saveConfig(path, written, addRoute(written, openai)), { code: 'config_changed' })
  assert.throws(() => saveConfig(path, undefined, scaffold(1)), { code: 'config_changed' })

  assert.equal(readFileSync(path, 'utf8'), `${written}# mine\n`)
})

test('a disk without room leaves the old file whole', { skip: process.platform === 'win32' }, (t) => {
  const path = configIn(t, written)
  const large = `${addRoute(written, openai)}${'# a long comment\n'.repeat(500)}`
  const script = scriptIn(t, `process.on('SIGXFSZ', () => {}); saveConfig(path, before, after)`)

  // A limit on the size of files makes a real write fail half-way, as a full disk does. Unheard, its signal ends the process.
  const limited = 'ulimit -f 4; exec "$@"'
  const { stdout, stderr } = spawnSync('sh', ['-c', limited, 'sh', process.execPath, script, path, written, large], {
    encoding: 'utf8',
  })

  assert.match(stdout, /^file_unwritable .*cordon\.toml cannot be written: EFBIG/, stderr)
  assert.equal(readFileSync(path, 'utf8'), written)
  assert.deepEqual(readdirSync(join(path, '..')), ['cordon.toml'])
})

test('of several commands at once one is carried out, and the others are told', async (t) => {
  const path = configIn(t, written)
  const script = scriptIn(t, `saveConfig(path, before, after); console.log('saved')`)
  const afters = ['a', 'b', 'c', 'd'].map((name) => addRoute(written, { ...openai, name }))

  const told = await Promise.all(
    afters.map((after) => promisify(execFile)(process.execPath, [script, path, written, after])),
  )

  const outcomes = told.map(({ stdout }) => stdout.split(' ')[0]?.trim()).sort()
  assert.deepEqual(outcomes, ['config_changed', 'config_changed', 'config_changed', 'saved'])
  assert.ok(afters.includes(readFileSync(path, 'utf8')))
  assert.deepEqual(readdirSync(join(path, '..')), ['cordon.toml'])
})

/** A program of its own that is given a path and two texts, and says with what code it failed. */
function scriptIn(t: TestContext, action: string): string {
  const path = join(folder(t), 'save.ts')
  const edit = new URL('../../src/config/edit.ts', import.meta.url).href
  writeFileSync(
    path,
    `import { saveConfig } from ${JSON.stringify(edit)}
    const [path, before, after] = process.argv.slice(2)
    try { ${action} } catch ({ code, message }) { console.log(code, message) }`,
  )
  return path
}

function configIn(t: TestContext, text: string): string {
  const path = join(folder(t), 'cordon.toml')
  writeFileSync(path, text)
  return path
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'cordon-edit-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

function named(text: string): RouteName {
  const name = parseRouteName(text)
  assert.ok(name)
  return name
}
