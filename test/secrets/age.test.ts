import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
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
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { armor, Encrypter, generateX25519Identity } from 'age-encryption'
import { openAgeStore } from '../../src/secrets/age.ts'
import { Secret } from '../../src/secrets/secret.ts'
import { openSecrets } from '../../src/secrets/secrets.ts'
import type { AgePlace } from '../../src/secrets/source.ts'
import { openSources } from '../../src/secrets/sources.ts'
import { startChild } from './child.ts'

const canary = 'canary-in-a-file'
const place: AgePlace = { source: 'age', account: 'openai' }
const posix = process.platform === 'win32' ? 'modes are of POSIX' : false

test('a first secret makes the folder, the identity and the file, all three private, and is read back', async (t) => {
  const paths = placesIn(t)

  await storeAt(paths).store(place, new Secret(canary))

  const secret = await storeAt(paths).fetch(place)
  assert.equal(secret?.reveal(), canary)
  assert.deepEqual(readdirSync(paths.folder).sort(), ['secrets.age', 'secrets.identity'])
  assert.match(
    readFileSync(paths.identity, 'utf8'),
    /^# created: .+\n# public key: age1[a-z0-9]+\nAGE-SECRET-KEY-1[A-Z0-9]+\n$/,
  )
  assert.equal(readFileSync(paths.secrets, 'latin1').startsWith('age-encryption.org/v1\n-> X25519 '), true)
  assert.equal(allBytesIn(paths.folder).includes(canary), false)
})

test('the folder is 0700 and both files are 0600, whatever the umask', { skip: posix }, async (t) => {
  const paths = placesIn(t)
  mkdirSync(paths.folder, { mode: 0o755 })

  await storeAt(paths).store(place, new Secret(canary))
  await storeAt(paths).store(place, new Secret('again'))

  assert.deepEqual(
    [paths.folder, paths.secrets, paths.identity].map((path) => (statSync(path).mode & 0o777).toString(8)),
    ['700', '600', '600'],
  )
})

test('the age program opens the file with the identity beside it', { skip: programSkip('age') }, async (t) => {
  const paths = placesIn(t)
  await storeAt(paths).store(place, new Secret(canary))

  const opened = execFileSync('age', ['-d', '-i', paths.identity, paths.secrets], { encoding: 'utf8' })

  assert.deepEqual(JSON.parse(opened), { openai: canary })
})

test('a secret that is not there, in a file or without one, is absent; removing says whether there was one', async (t) => {
  const store = storeAt(placesIn(t))

  const before = await store.fetch(place)
  const removedBefore = await store.remove(place)
  await store.store(place, new Secret(canary))
  const removals = [await store.remove(place), await store.remove(place)]

  assert.deepEqual(
    [before, removedBefore, removals, await store.fetch(place)],
    [undefined, false, [true, false], undefined],
  )
})

test('names that mean something to JavaScript are accounts like any other', async (t) => {
  const paths = placesIn(t)
  const names = ['__proto__', 'constructor', 'toString', '']

  for (const account of names) await storeAt(paths).store({ source: 'age', account }, new Secret(`of ${account}`))

  for (const account of names)
    assert.equal((await storeAt(paths).fetch({ source: 'age', account }))?.reveal(), `of ${account}`)
  assert.equal(await storeAt(paths).fetch({ source: 'age', account: 'valueOf' }), undefined)
})

test('a value that another process rotates is what the very next fetch gets', async (t) => {
  const paths = placesIn(t)
  const proxy = openSecrets({
    sources: openSources({ folder: paths.folder, askPassphrase: unasked }),
    timeoutMs: 5_000,
  })
  const got: string[] = []

  for (const value of ['one', 'two', 'six', 'ten']) {
    await storeAt(paths).store(place, new Secret(value))
    got.push((await proxy.fetch(place)).reveal())
  }

  assert.deepEqual(got, ['one', 'two', 'six', 'ten'])
})

test('an unchanged file is decrypted once, however often it is read', async (t) => {
  const paths = placesIn(t)
  await storeAt(paths).store(place, new Secret(canary))
  const store = storeAt(paths)

  const first = await store.fetch(place)
  const others = await Promise.all(Array.from({ length: 50 }, () => store.fetch(place)))

  assert.ok(first)
  assert.ok(others.every((secret) => secret === first))
})

test('two processes that store at the same time lose nothing, from the first secret on', async (t) => {
  const { folder } = placesIn(t)
  const children = Array.from({ length: 3 }, () => startChild(t, { folder, env: { PATH: process.env.PATH } }))
  const accounts = children.flatMap((_, who) => Array.from({ length: 8 }, (_, i) => `${who}-${i}`))

  const answers = await Promise.all(
    children.flatMap((child, who) =>
      Array.from({ length: 8 }, (_, i) =>
        child.ask({ do: 'store', place: { source: 'age', account: `${who}-${i}` }, value: `value ${who} ${i}` }),
      ),
    ),
  )

  assert.ok(
    answers.every((answer) => 'ok' in answer),
    JSON.stringify(answers.find((answer) => !('ok' in answer))),
  )
  const store = openAgeStore({ folder, askPassphrase: unasked })
  for (const account of accounts)
    assert.equal((await store.fetch({ source: 'age', account }))?.reveal(), `value ${account.replace('-', ' ')}`)
})

test('a process killed while it stores leaves a file that opens, and the next one stores', async (t) => {
  const paths = placesIn(t)
  await storeAt(paths).store(place, new Secret(canary))
  const child = startChild(t, { folder: paths.folder, env: { PATH: process.env.PATH } })
  await child.ask({ do: 'store', place: { source: 'age', account: 'warm' }, value: 'up' })

  void child.ask({ do: 'store', place: { source: 'age', account: 'half' }, value: 'way' })
  while (!existsSync(`${paths.secrets}.lock`)) await new Promise(setImmediate)
  await child.kill()
  const kept = await storeAt(paths).fetch(place)
  await storeAt(paths).store({ source: 'age', account: 'after' }, new Secret('the kill'))

  assert.equal(kept?.reveal(), canary)
  assert.equal((await storeAt(paths).fetch(place))?.reveal(), canary)
  assert.equal((await storeAt(paths).fetch({ source: 'age', account: 'after' }))?.reveal(), 'the kill')
})

test('a lock that a killed process left is taken over, and one that is held is waited for', async (t) => {
  const paths = placesIn(t)
  await storeAt(paths).store(place, new Secret('old'))
  const leftAt = Date.now() / 1000 - 4.5
  mkdirSync(`${paths.secrets}.lock`)
  utimesSync(`${paths.secrets}.lock`, leftAt, leftAt)

  const start = Date.now()
  await storeAt(paths).store(place, new Secret(canary))

  assert.ok(Date.now() - start >= 400, 'the lock counts as held until it is 5 s old')
  assert.equal((await storeAt(paths).fetch(place))?.reveal(), canary)
  assert.equal(existsSync(`${paths.secrets}.lock`), false)
})

test('a disk that takes no more leaves the old file byte for byte, and says so', { skip: posix }, async (t) => {
  const paths = placesIn(t)
  await storeAt(paths).store(place, new Secret(canary))
  const before = readFileSync(paths.secrets)
  const program = fileURLToPath(new URL('store-child.ts', import.meta.url))
  const command = JSON.stringify({ id: 1, do: 'store', place, value: 'new' })

  // A limit of no bytes a file: every write fails with EFBIG, as on a full disk with ENOSPC.
  const { stdout } = spawnSync(
    '/bin/sh',
    ['-c', 'ulimit -f 0; exec "$0" "$@"', process.execPath, program, paths.folder],
    { input: `${command}\n`, encoding: 'utf8' },
  )

  assert.equal(JSON.parse(stdout).code, 'file_unwritable')
  assert.deepEqual(readFileSync(paths.secrets), before)
  assert.deepEqual(readdirSync(paths.folder).sort(), ['secrets.age', 'secrets.identity'])
})

const exposures = [
  { what: 'folder', mode: 0o755, mend: 'chmod 700' },
  { what: 'secrets', mode: 0o644, mend: 'chmod 600' },
  { what: 'identity', mode: 0o640, mend: 'chmod 600' },
] as const

for (const { what, mode, mend } of exposures) {
  test(`a ${what} that others may open is refused, for reading and for writing, with the command that mends it`, {
    skip: posix,
  }, async (t) => {
    const paths = placesIn(t)
    await storeAt(paths).store(place, new Secret(canary))
    chmodSync(paths[what], mode)

    for (const work of [() => storeAt(paths).fetch(place), () => storeAt(paths).store(place, new Secret('new'))]) {
      await assert.rejects(work, (thrown) =>
        shows(thrown, { code: 'store_exposed', sentence: paths[what], hint: `${mend} ${paths[what]}` }),
      )
    }
    chmodSync(paths[what], what === 'folder' ? 0o700 : 0o600)
    assert.equal((await storeAt(paths).fetch(place))?.reveal(), canary)
  })
}

for (const what of ['folder', 'secrets', 'identity'] as const) {
  test(`a symbolic link in place of the ${what} is refused and nothing is written through it`, {
    skip: posix,
  }, async (t) => {
    const paths = placesIn(t)
    await storeAt(paths).store(place, new Secret(canary))
    const elsewhere = `${paths.folder}-elsewhere`
    renameSync(paths[what], elsewhere)
    symlinkSync(elsewhere, paths[what])
    const before = allBytesIn(elsewhere)

    for (const work of [() => storeAt(paths).fetch(place), () => storeAt(paths).store(place, new Secret('new'))]) {
      await assert.rejects(work, (thrown) =>
        shows(thrown, { code: 'symlink_refused', sentence: paths[what], hint: 'ls -l' }),
      )
    }
    assert.equal(allBytesIn(elsewhere), before)
  })
}

test('a symbolic link that leads nowhere is refused too, before a first secret', { skip: posix }, async (t) => {
  const paths = placesIn(t)
  mkdirSync(paths.folder, { mode: 0o700 })
  symlinkSync(join(paths.folder, 'nowhere'), paths.identity)

  await assert.rejects(storeAt(paths).store(place, new Secret(canary)), { code: 'symlink_refused' })

  assert.deepEqual(readdirSync(paths.folder), ['secrets.identity'])
})

test('an identity that is there is used, never replaced', async (t) => {
  const paths = placesIn(t)
  mkdirSync(paths.folder, { mode: 0o700 })
  const own = `# my own\n${await generateX25519Identity()}\n`
  writeFileSync(paths.identity, own, { mode: 0o600 })

  await storeAt(paths).store(place, new Secret(canary))

  assert.equal(readFileSync(paths.identity, 'utf8'), own)
  assert.equal((await storeAt(paths).fetch(place))?.reveal(), canary)
})

interface Damage {
  name: string
  code: string
  damage(paths: Paths): void | Promise<void>
}

const damages: Damage[] = [
  { name: 'a file with one bit turned', code: 'store_corrupt', damage: ({ secrets }) => turnBit(secrets, -3) },
  {
    name: 'a file cut short',
    code: 'store_corrupt',
    damage: ({ secrets }) => writeFileSync(secrets, readFileSync(secrets).subarray(0, -20)),
  },
  { name: 'an empty file', code: 'store_corrupt', damage: ({ secrets }) => writeFileSync(secrets, '') },
  {
    name: 'a file that holds the secrets plain',
    code: 'store_corrupt',
    damage: ({ secrets }) => writeFileSync(secrets, JSON.stringify({ openai: canary })),
  },
  {
    name: 'an age file of something else',
    code: 'store_corrupt',
    damage: (paths) => sealInstead(paths, `{"openai": ${canary}`),
  },
  { name: 'an age file of a list', code: 'store_corrupt', damage: (paths) => sealInstead(paths, `["${canary}"]`) },
  { name: 'an age file of numbers', code: 'store_corrupt', damage: (paths) => sealInstead(paths, '{"openai": 7}') },
  {
    name: 'the identity of another store',
    code: 'identity_wrong',
    damage: async ({ identity }) => writeFileSync(identity, `${await generateX25519Identity()}\n`),
  },
  {
    name: 'an identity with a letter changed',
    code: 'identity_corrupt',
    damage: ({ identity }) => writeFileSync(identity, readFileSync(identity, 'utf8').replace(/.\n$/, '1\n')),
  },
  {
    name: 'an identity of comments alone',
    code: 'identity_corrupt',
    damage: ({ identity }) => writeFileSync(identity, '# nothing\n'),
  },
  { name: 'no identity any more', code: 'identity_missing', damage: ({ identity }) => unlinkSync(identity) },
]

for (const { name, code, damage } of damages) {
  test(`${name} is ${code}, and nothing is overwritten or shown`, async (t) => {
    const paths = placesIn(t)
    await storeAt(paths).store(place, new Secret(canary))
    const key = /AGE-SECRET-KEY-1\w+/.exec(readFileSync(paths.identity, 'utf8'))?.[0] ?? ''
    await damage(paths)
    const before = allBytesIn(paths.folder)

    for (const work of [
      () => storeAt(paths).fetch(place),
      () => storeAt(paths).store(place, new Secret(canary)),
      () => storeAt(paths).remove(place),
    ]) {
      const thrown = await work().catch((cause) => cause)
      assert.equal(thrown.code, code)
      assert.match(thrown.message, /secrets\.(age|identity)/)
      const shown = inspect(thrown, { depth: 9, showHidden: true }) + JSON.stringify(thrown)
      for (const part of [canary, key, key.slice(16, 40)]) assert.equal(shown.includes(part), false)
    }
    assert.equal(allBytesIn(paths.folder), before)
  })
}

test('a store that was damaged is read again as soon as it is whole', async (t) => {
  const paths = placesIn(t)
  const store = storeAt(paths)
  await store.store(place, new Secret(canary))
  const whole = readFileSync(paths.secrets)

  turnBit(paths.secrets, -3)
  await assert.rejects(store.fetch(place), { code: 'store_corrupt' })
  writeFileSync(paths.secrets, whole)

  assert.equal((await store.fetch(place))?.reveal(), canary)
})

test('a passphrase protects the identity, is asked for once, and a wrong one opens nothing', async (t) => {
  const paths = placesIn(t)
  const passphrase = new Secret('correct horse')
  await storeAt(paths).store(place, new Secret(canary))
  const plain = readFileSync(paths.identity, 'utf8')

  await storeAt(paths).protect(passphrase)
  const sealed = readFileSync(paths.identity, 'utf8')
  let asked = 0
  const ask = async () => {
    asked += 1
    return passphrase
  }
  const store = openAgeStore({ folder: paths.folder, askPassphrase: ask })
  const got = await Promise.all([store.fetch(place), store.fetch({ ...place, account: 'other' }), store.fetch(place)])
  await store.store({ ...place, account: 'other' }, new Secret('more'))
  const wrong = openAgeStore({ folder: paths.folder, askPassphrase: async () => new Secret('wrong horse') })
  const refusals = await Promise.all(
    [wrong.fetch(place), wrong.unprotect(), wrong.protect(passphrase)].map((work) =>
      work.then(
        () => 'opened',
        (cause) => cause.code,
      ),
    ),
  )

  assert.match(sealed, /^-----BEGIN AGE ENCRYPTED FILE-----\n/)
  assert.equal(sealed.includes('AGE-SECRET-KEY'), false)
  assert.equal(await store.protection(), 'passphrase')
  assert.deepEqual(
    got.map((secret) => secret?.reveal()),
    [canary, undefined, canary],
  )
  assert.equal(asked, 1)
  assert.deepEqual(refusals, ['passphrase_wrong', 'passphrase_wrong', 'passphrase_wrong'])
  assert.equal(readFileSync(paths.identity, 'utf8'), sealed)
  assert.equal(await store.unprotect(), true)
  assert.equal(await store.unprotect(), false)
  assert.equal(readFileSync(paths.identity, 'utf8'), plain)
  assert.equal((await storeAt(paths).fetch(place))?.reveal(), canary)
})

test('a passphrase can be changed, and the store goes on reading in the process that changed it', async (t) => {
  const paths = placesIn(t)
  const store = openAgeStore({ folder: paths.folder, askPassphrase: unasked })

  await store.protect(new Secret('first'))
  await store.store(place, new Secret(canary))
  await store.protect(new Secret('second'))

  assert.equal((await store.fetch(place))?.reveal(), canary)
  const later = openAgeStore({ folder: paths.folder, askPassphrase: async () => new Secret('second') })
  assert.equal((await later.fetch(place))?.reveal(), canary)
  if (!posix) assert.equal(statSync(paths.identity).mode & 0o777, 0o600)
})

test('an identity encrypted by the age format unarmored is opened too', async (t) => {
  const paths = placesIn(t)
  await storeAt(paths).store(place, new Secret(canary))
  await storeAt(paths).protect(new Secret('correct horse'))
  writeFileSync(paths.identity, armor.decode(readFileSync(paths.identity, 'utf8')))

  const secret = await openAgeStore({
    folder: paths.folder,
    askPassphrase: async () => new Secret('correct horse'),
  }).fetch(place)

  assert.equal(secret?.reveal(), canary)
})

test('a passphrase that nobody gives is asked for again by the next fetch', async (t) => {
  const paths = placesIn(t)
  await storeAt(paths).store(place, new Secret(canary))
  await storeAt(paths).protect(new Secret('correct horse'))
  const answers = [Promise.reject(new Error('interrupted')), Promise.resolve(new Secret('correct horse'))]
  for (const answer of answers) answer.catch(() => {})
  const store = openAgeStore({ folder: paths.folder, askPassphrase: () => answers.shift() ?? unasked() })

  await assert.rejects(store.fetch(place), /interrupted/)

  assert.equal((await store.fetch(place))?.reveal(), canary)
})

interface Paths {
  folder: string
  secrets: string
  identity: string
}

function placesIn(t: TestContext): Paths {
  const root = mkdtempSync(join(tmpdir(), 'cordon-age-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  const folder = join(root, 'cordon')
  return { folder, secrets: join(folder, 'secrets.age'), identity: join(folder, 'secrets.identity') }
}

const unasked = () => Promise.reject(new Error('no passphrase was to be asked for'))

const storeAt = ({ folder }: Paths) => openAgeStore({ folder, askPassphrase: unasked })

/** Everything in a file or folder, as text in which bytes are letters. */
function allBytesIn(path: string): string {
  if (!statSync(path).isDirectory()) return readFileSync(path, 'latin1')
  return readdirSync(path)
    .sort()
    .map((name) => `${name}: ${readFileSync(join(path, name), 'latin1')}`)
    .join('\n')
}

function turnBit(path: string, at: number): void {
  const bytes = readFileSync(path)
  const index = bytes.length + at
  bytes.writeUInt8(bytes.readUInt8(index) ^ 1, index)
  writeFileSync(path, bytes)
}

/** Puts an age file of this text in the place of the store, to the same identity. */
async function sealInstead({ secrets, identity }: Paths, text: string): Promise<void> {
  const encrypter = new Encrypter()
  encrypter.addRecipient(/age1[a-z0-9]+/.exec(readFileSync(identity, 'utf8'))?.[0] ?? '')
  writeFileSync(secrets, await encrypter.encrypt(text))
}

function shows(thrown: unknown, { code, sentence, hint }: { code: string; sentence: string; hint: string }): boolean {
  assert.ok(thrown instanceof Error && 'code' in thrown && 'hint' in thrown)
  assert.equal(thrown.code, code)
  assert.ok(thrown.message.includes(sentence))
  assert.ok(String(thrown.hint).includes(hint))
  return true
}

function programSkip(program: string): string | false {
  const isThere = spawnSync(program, ['--version']).error === undefined
  return isThere ? false : `${program} is not installed`
}
