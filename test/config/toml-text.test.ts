import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'smol-toml'
import { type Path, removeKey, setKey, type TomlValue, valueAt } from '../../src/config/toml-text.ts'
import { corpus } from './corpus.ts'

const additions: readonly (readonly [Path, TomlValue])[] = [
  [['cordon'], 'here'],
  [['cordon', 'port'], 6790],
  [
    ['cordon', 'deeply', 'nested', 'list'],
    ['a', 'b'],
  ],
  [['tls', 'cordon'], true],
  [['a', 'cordon'], 'a " b \\ c \n d \u007f e é 🦊'],
  [['a', 'b', 'cordon'], 1.5],
  [['a', 'b', 'c', 'cordon', 'x'], -3],
  [['empty', 'cordon'], 1],
  [['wide', 'cordon'], 1],
  [['nested', 'inner', 'cordon', 'x'], 1],
  [['network', 'cordon'], { a: [1, { 'b c': false }], empty: {} }],
  [['routes', 0, 'cordon'], 1],
  [['routes', 0, 'match', 'cordon'], 1],
  [['routes', 1, 'match', 'cordon', 'deep'], 1],
  [['routes', 1, 'auth', 'secret', 'cordon'], 1],
  [['shell_environment_policy', 'set', 'HTTPS_PROXY'], 'http://127.0.0.1:6790'],
  [['projects', '/home/sam/work', 'cordon'], 'x'],
  [['skills', 'cordon'], 'x'],
  [['quoted key', 'cordon'], 'x'],
]

for (const [kind, text] of Object.entries(corpus)) {
  test(`what was added to ${kind} can be taken out again to the byte`, () => {
    for (const [path, value] of additions) {
      const added = addedOrRefused(text, path, value)
      if (added === undefined) continue

      assert.deepEqual(valueAt(added, path), value)
      assert.equal(removeKey(added, path), text, `${path.join('.')} in\n${added}`)
    }
  })

  test(`two keys added to ${kind} go in the opposite order`, () => {
    const [one, two, three] = [['cordon', 'one'], ['first'], ['cordon', 'two']]
    const added = setKey(setKey(setKey(text, one, 1), two, 2), three, 3)

    const removed = removeKey(removeKey(removeKey(added, three), two), one)

    assert.equal(removed, text)
  })
}

/** Where a text has no room for a key, because a value that is no table stands in its way, nothing may change. */
function addedOrRefused(text: string, path: Path, value: TomlValue): string | undefined {
  try {
    return setKey(text, path, value)
  } catch (thrown) {
    assert.equal((thrown as { code?: string }).code, 'edit_refused')
    const ancestors = path.slice(0, -1).map((_, index) => valueAt(text, path.slice(0, index + 1)))
    const isBlocked = ancestors.some((one) => (one !== undefined && typeof one !== 'object') || Array.isArray(one))
    assert.ok(isBlocked || path.includes(0) || path.includes(1), `refused ${path.join('.')} in\n${text}`)
    return undefined
  }
}

test('most additions to the corpus are made', () => {
  const made = Object.values(corpus).flatMap((text) =>
    additions.filter(([path, value]) => addedOrRefused(text, path, value)),
  )

  assert.ok(made.length > 350, `${made.length}`)
})

test('a value is replaced where it stands, and the comment after it stays', () => {
  const text = '# top\nlisten = 6790   # the port\n\n[tls]\nenabled = true# odd\n'

  assert.equal(setKey(text, ['listen'], 7000), '# top\nlisten = 7000   # the port\n\n[tls]\nenabled = true# odd\n')
  assert.equal(
    setKey(text, ['tls', 'enabled'], false),
    '# top\nlisten = 6790   # the port\n\n[tls]\nenabled = false# odd\n',
  )
})

test('a key that already has the value leaves the text as it is', () => {
  const text = 'ports = [ 1,\n 2 ]\nset = {a="b"}\n'

  assert.equal(setKey(text, ['ports'], [1, 2]), text)
  assert.equal(setKey(text, ['set'], { a: 'b' }), text)
})

test('a new key goes into the table that is there, whichever way it is written', () => {
  assert.equal(
    setKey('[a.b]\nx = 1 # one\n\n# c\n[c]\n', ['a', 'b', 'y'], 2),
    '[a.b]\nx = 1 # one\ny = 2\n\n# c\n[c]\n',
  )
  assert.equal(setKey('a.b.x = 1\nc = 1\n', ['a', 'b', 'y'], 2), 'a.b.x = 1\na.b.y = 2\nc = 1\n')
  assert.equal(setKey('a = {b = {x = 1}}\n', ['a', 'b', 'y'], 2), 'a = {b = {x = 1, y = 2}}\n')
  assert.equal(setKey('  [a]\n  x = 1\n', ['a', 'y'], 2), '  [a]\n  x = 1\n  y = 2\n')
})

test('a table that is not there yet is opened at the end, and says whose it is', () => {
  const added = setKey('model = "x"\n\n[tui]\ntheme = "dark"', ['a', 'b', 'c'], 1)

  assert.equal(added, 'model = "x"\n\n[tui]\ntheme = "dark"\n\n[a.b] # added by cordon\nc = 1')
})

test('a top-level key stands before the first table and its comment', () => {
  assert.equal(setKey('# file\n\n# about a\n[a]\nx = 1\n', ['k'], 1), '# file\n\nk = 1\n\n# about a\n[a]\nx = 1\n')
  assert.equal(setKey('a = 1 # one\n\n[t]\n', ['k'], 1), 'a = 1 # one\nk = 1\n\n[t]\n')
})

test('a table that a person opened stays when its last key goes', () => {
  assert.equal(removeKey('[tls]\nenabled = true\n[a]\nx = 1\n', ['tls', 'enabled']), '[tls]\n[a]\nx = 1\n')
})

test('a table that an edit opened stays while it holds anything of a person', () => {
  const mine = setKey('', ['t', 'k'], 1)

  assert.equal(removeKey(`${mine}other = 2\n`, ['t', 'k']), '[t] # added by cordon\nother = 2\n')
  const commented = mine.replace('k = 1', '# a note\nk = 1')
  assert.equal(removeKey(commented, ['t', 'k']), '[t] # added by cordon\n# a note\n')
})

test('removing a table takes its keys, its sub-tables and the comment above it, and nothing else', () => {
  const text = 'x = 1\n\n# about a\n[a]\ny = 1\n[a.b]\nz = 1\n\n# about c\n[c]\nw = 1\n\n[a.d]\nv = 1\n'

  assert.equal(removeKey(text, ['a']), 'x = 1\n\n# about c\n[c]\nw = 1\n')
  assert.equal(removeKey('a.b = 1\nc = 1\na.d.e = 1\n', ['a']), 'c = 1\n')
  assert.equal(removeKey('x = { a.b = 1, a.c = 2, d = 3 }\n', ['x', 'a']), 'x = { d = 3 }\n')
})

test('removing what is not there changes nothing', () => {
  for (const text of Object.values(corpus)) assert.equal(removeKey(text, ['cordon', 'x']), text)
})

test('a key of an inline table takes its comma along', () => {
  assert.equal(removeKey('t = { a = 1, b = 2, c = 3 }\n', ['t', 'a']), 't = { b = 2, c = 3 }\n')
  assert.equal(removeKey('t = { a = 1, b = 2, c = 3 }\n', ['t', 'b']), 't = { a = 1, c = 3 }\n')
  assert.equal(removeKey('t = { a = 1, b = 2, c = 3 }\n', ['t', 'c']), 't = { a = 1, b = 2 }\n')
  assert.equal(removeKey('t = { a = 1 }\n', ['t', 'a']), 't = { }\n')
})

test('an edit that would lose a comment, a table or a list is refused with its line', () => {
  const refusal = (line: number) => ({ code: 'edit_refused', message: new RegExp(`^Line ${line} `) })

  assert.throws(() => setKey('a = 1\nports = [\n 1, # one\n]\n', ['ports'], [2]), refusal(2))
  assert.throws(() => setKey('\n[a]\nb = 1\n', ['a'], 'text'), refusal(2))
  assert.throws(() => setKey('x = 1\n\na = [1]\n', ['a', 'b'], 1), refusal(3))
  assert.throws(() => setKey('a = 1\n', ['a', 'b'], 1), refusal(1))
  assert.throws(() => setKey('[[a]]\nb = 1\n', ['a', 'c'], 1), { code: 'edit_refused' })
  assert.throws(() => removeKey('a = [{ b = 1 }]\n', ['a', 0]), { code: 'edit_refused' })
})

test('a refusal does not show the value, which may be a credential', () => {
  const thrown = caught(() => setKey('env = 1\n', ['env', 'HTTPS_PROXY'], 'http://user:t0ken@127.0.0.1:1'))

  assert.doesNotMatch(`${thrown.message} ${Object.values(thrown)}`, /t0ken/)
})

test('a text that is no TOML is not edited', () => {
  const fault = { code: 'toml_faulty', line: 2, message: /^Line 2 is not TOML: / }

  assert.throws(() => setKey('a = 1\nb = \n', ['c'], 1), fault)
  assert.throws(() => removeKey('a = 1\na = 2\n', ['a']), fault)
  assert.throws(() => valueAt('a = 1\n[a\n', ['a']), fault)
})

test('a string comes back as it was, whatever is in it', () => {
  const odd = Array.from({ length: 0x2100 }, (_, code) => String.fromCharCode(code)).join('')

  assert.equal(parse(setKey('', ['k'], odd)).k, odd)
  assert.deepEqual(valueAt(setKey('', ['a.b', 'c d', ''], 1), ['a.b', 'c d', '']), 1)
})

function caught(action: () => unknown): Error {
  try {
    action()
  } catch (thrown) {
    if (thrown instanceof Error) return thrown
  }
  throw new assert.AssertionError({ message: 'nothing was thrown' })
}
