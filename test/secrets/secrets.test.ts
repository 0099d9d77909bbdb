import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { CordonError } from '../../src/base/error.ts'
import type { Log } from '../../src/base/log.ts'
import { Secret } from '../../src/secrets/secret.ts'
import { openSecrets } from '../../src/secrets/secrets.ts'
import type { AgePlace, SecretPlace } from '../../src/secrets/source.ts'
import { openSources, type Sources } from '../../src/secrets/sources.ts'

const place: AgePlace = { source: 'age', account: 'openai' }

test('fetches of one secret at the same time share one read, and the next fetch reads anew', async () => {
  const store = startStore()
  const secrets = openSecrets({ sources: store.sources, timeoutMs: 1_000 })

  const together = [secrets.fetch(place), secrets.fetch({ ...place }), secrets.fetch(place)]
  store.answer('one')
  const shared = await Promise.all(together)
  const next = secrets.fetch(place)
  store.answer('two')

  assert.deepEqual(
    shared.map((secret) => secret.reveal()),
    ['one', 'one', 'one'],
  )
  assert.equal((await next).reveal(), 'two')
  assert.equal(store.reads.length, 2)
})

test('secrets of two accounts are read apart', async () => {
  const store = startStore()
  const secrets = openSecrets({ sources: store.sources, timeoutMs: 1_000 })

  const both = [secrets.fetch(place), secrets.fetch({ ...place, account: 'github' })]
  store.answer('one')
  store.answer('two')

  assert.deepEqual(
    (await Promise.all(both)).map((secret) => secret.reveal()),
    ['one', 'two'],
  )
})

test('a read that fails is not remembered', async () => {
  const store = startStore()
  const secrets = openSecrets({ sources: store.sources, timeoutMs: 1_000 })

  const first = secrets.fetch(place)
  store.fail(new CordonError('keyring_locked', 'The system keyring is locked.'))
  await assert.rejects(first, { code: 'keyring_locked' })
  const second = secrets.fetch(place)
  store.answer('value')

  assert.equal((await second).reveal(), 'value')
})

test('a read that hangs ends with its deadline, is told to stop, and the next fetch reads anew', async () => {
  const store = startStore()
  const secrets = openSecrets({ sources: store.sources, timeoutMs: 20 })

  await assert.rejects(secrets.fetch(place), {
    code: 'secret_timeout',
    message: 'The secret "openai" did not come out of the store of this test within 0.02 s.',
    hint: 'try again when the machine is less busy, or raise `timeout` in `[secrets]` of cordon.toml',
  })
  await assert.rejects(secrets.fetch({ source: 'keyring', account: 'openai', service: 'cordon' }), {
    hint: 'see whether a window asks for its password, unlock it, then try again',
  })
  const next = secrets.fetch(place)
  store.reads[2]?.resolve(new Secret('value'))

  assert.equal((await next).reveal(), 'value')
  assert.deepEqual(
    store.reads.map((read) => read.signal?.aborted),
    [true, true, false],
  )
})

test('no more than four reads of a place hang at a time, and fetching goes on once one of them has ended', async () => {
  const store = startStore()
  const secrets = openSecrets({ sources: store.sources, timeoutMs: 5 })

  for (let i = 0; i < 7; i++) await assert.rejects(secrets.fetch(place), { code: 'secret_timeout' })
  const readsWhileHung = store.reads.length
  store.reads[0]?.resolve(new Secret('too late'))
  await new Promise(setImmediate)
  const next = secrets.fetch(place)
  store.reads[4]?.resolve(new Secret('value'))

  assert.equal(readsWhileHung, 4)
  assert.equal((await next).reveal(), 'value')
})

test('a secret that is not there is missing, and the hint is left to whoever knows the route', async () => {
  const store = startStore()
  const fetching = openSecrets({ sources: store.sources, timeoutMs: 1_000 }).fetch(place)

  store.answer(undefined)

  await assert.rejects(fetching, {
    code: 'secret_missing',
    message: 'There is no secret "openai" in the store of this test.',
    hint: undefined,
  })
})

test('a stored value that could split a request is refused, and nothing shows it', async () => {
  for (const value of ['canary\r', 'canary\r\nx: y', 'can\0ary', 'canary ', '', 'canary\n\n']) {
    const store = startStore()
    const fetching = openSecrets({ sources: store.sources, timeoutMs: 1_000 }).fetch(place)
    store.answer(value)

    const thrown = await fetching.catch((cause) => cause)

    assert.equal(thrown.code, 'secret_unfit')
    assert.match(thrown.message, /^The secret "openai" in the store of this test /)
    assert.doesNotMatch(
      inspect(thrown, { depth: 9, showHidden: true }) + JSON.stringify(thrown) + thrown.stack,
      /canary/,
    )
  }
})

test('a final line break is dropped from every fetch and noted in the log once, without the value', async () => {
  const store = startStore()
  const { log, lines } = keptLog()
  const secrets = openSecrets({ sources: store.sources, timeoutMs: 1_000, log })
  const values: string[] = []

  for (let i = 0; i < 3; i++) {
    const fetching = secrets.fetch(place)
    store.answer('canary\n')
    values.push((await fetching).reveal())
  }

  assert.deepEqual(values, ['canary', 'canary', 'canary'])
  assert.deepEqual(lines, [
    'warn {"account":"openai"} The secret "openai" in the store of this test ended with a line break, which was dropped.',
  ])
})

interface Read {
  place: SecretPlace
  signal: AbortSignal | undefined
  resolve(secret: Secret | undefined): void
  reject(cause: Error): void
}

/** A store whose reads end when the test says so. */
function startStore() {
  const reads: Read[] = []
  let answered = 0
  const unused = () => Promise.reject(new Error('not used here'))
  const source = {
    label: 'the store of this test',
    fetch(place: SecretPlace, signal?: AbortSignal) {
      const { promise, resolve, reject } = Promise.withResolvers<Secret | undefined>()
      reads.push({ place, signal, resolve, reject })
      return promise
    },
    store: unused,
    remove: unused,
  }
  const sources: Sources = { ...openSources({ folder: '/nonexistent', askPassphrase: unused }), of: () => source }
  const next = () => {
    const read = reads[answered++]
    assert.ok(read, 'nobody is reading')
    return read
  }
  return {
    sources,
    reads,
    answer: (value: string | undefined) => next().resolve(value === undefined ? undefined : new Secret(value)),
    fail: (cause: Error) => next().reject(cause),
  }
}

function keptLog(): { log: Log; lines: string[] } {
  const lines: string[] = []
  const at = (level: string) => (facts: object, event: string) =>
    void lines.push(`${level} ${JSON.stringify(facts)} ${event}`)
  return { lines, log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } }
}
