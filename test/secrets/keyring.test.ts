import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { KeyringPlace } from '../../src/secrets/source.ts'
import { type SecretService, secretServiceSkip as skip, startSecretService, startSession } from '../secret-service.ts'
import { startChild } from './child.ts'
import type { Answer } from './store-child.ts'

const canary = 'canary-in-the-keyring'
const place: KeyringPlace = { source: 'keyring', service: 'cordon', account: 'openai' }
const fetching = { do: 'fetch', place, timeoutMs: 5_000 } as const

test('what is stored in the keyring is fetched from it, and secret-tool sees the same entry', { skip }, async (t) => {
  const service = await startSecretService(t)
  const child = childIn(t, service)

  const stored = await child.ask({ do: 'store', place, value: canary })
  const fetched = await child.ask(fetching)

  assert.equal('ok' in stored, true)
  assert.equal(ok(fetched), canary)
  assert.equal(await service.lookup({ service: 'cordon', username: 'openai' }), canary)
})

test('a value that another program stored is fetched, and its replacement by the next fetch', { skip }, async (t) => {
  const service = await startSecretService(t)
  const child = childIn(t, service)
  const storeElsewhere = (value: string) =>
    spawnSync('secret-tool', ['store', '--label=x', 'service', 'cordon', 'username', 'openai'], {
      env: service.env,
      input: value,
    })

  storeElsewhere('first')
  const before = await child.ask(fetching)
  storeElsewhere('second\n')
  const after = await child.ask(fetching)

  assert.deepEqual([ok(before), ok(after)], ['first', 'second'])
})

test('a secret is missing before it is stored and after it is removed, and removing it twice is told', {
  skip,
}, async (t) => {
  const child = childIn(t, await startSecretService(t))

  const before = await child.ask(fetching)
  await child.ask({ do: 'store', place, value: canary })
  const removals = [ok(await child.ask({ do: 'remove', place })), ok(await child.ask({ do: 'remove', place }))]
  const after = await child.ask(fetching)

  assert.deepEqual([fault(before).code, fault(after).code], ['secret_missing', 'secret_missing'])
  assert.equal(fault(after).message, 'There is no secret "openai" in the system keyring.')
  assert.deepEqual(removals, [true, false])
})

test('a value wrapped by go-keyring is unwrapped for the route that says so, and for no other', { skip }, async (t) => {
  const child = childIn(t, await startSecretService(t))
  const wrapped = `go-keyring-base64:${Buffer.from(canary).toString('base64')}`
  await child.ask({ do: 'store', place, value: wrapped })

  const decoded = await child.ask({ ...fetching, place: { ...place, decode: 'go-keyring' } })
  const plain = await child.ask(fetching)

  assert.deepEqual([ok(decoded), ok(plain)], [canary, wrapped])
})

test('a locked keyring is told at once, for reading, storing and removing, and shows nothing of the secret', {
  skip,
}, async (t) => {
  const service = await startSecretService(t)
  const child = childIn(t, service)
  await child.ask({ do: 'store', place, value: canary })
  await child.ask(fetching)
  await service.lock()

  const answers = [
    await child.ask(fetching),
    await child.ask({ do: 'remove', place }),
    await child.ask({ do: 'store', place, value: canary }),
  ]

  for (const answer of answers) {
    assert.equal(fault(answer).code, 'keyring_locked')
    assert.match(fault(answer).hint ?? '', /unlock/)
    assert.ok(answer.ms < 1_500)
    assert.equal(fault(answer).shown.includes(canary), false)
  }
  assert.deepEqual(ok(await child.ask({ do: 'can open' })), { opens: false, why: 'the system keyring is locked' })
})

test('a keyring that hangs costs a fetch its deadline and nothing else, and is read again once it answers', {
  skip,
}, async (t) => {
  const service = await startSecretService(t)
  const child = childIn(t, service)
  await child.ask({ do: 'store', place, value: canary })
  await child.ask(fetching)

  process.kill(service.pid(), 'SIGSTOP')
  const hung = await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      child.ask({ do: 'fetch', place: { ...place, account: `${place.account}${i || ''}` }, timeoutMs: 600 }),
    ),
  )
  const meanwhile = await child.ask({ do: 'stat a file' })
  process.kill(service.pid(), 'SIGCONT')
  const after = await child.ask(fetching)

  for (const answer of hung) {
    assert.equal(fault(answer).code, 'secret_timeout')
    assert.ok(answer.ms < 1_000, `took ${answer.ms} ms`)
  }
  assert.match(fault(hung[0]).message, /"openai".*the system keyring.*0\.6 s/)
  assert.ok(meanwhile.ms < 200)
  assert.equal(ok(after), canary)
})

test('a keyring that is restarted is read again by the same process', { skip }, async (t) => {
  const service = await startSecretService(t)
  const child = childIn(t, service)
  await child.ask({ do: 'store', place, value: canary })
  await child.ask(fetching)
  const before = service.pid()

  process.kill(before, 'SIGTERM')
  while (existsSync(`/proc/${before}`)) await new Promise(setImmediate)
  const after = await child.ask(fetching)

  assert.equal(ok(after), canary)
  assert.notEqual(service.pid(), before)
})

test('of two entries that fit none is taken, and both stay', { skip }, async (t) => {
  const service = await startSecretService(t)
  const child = childIn(t, service)
  for (const extra of ['one', 'two'])
    spawnSync('secret-tool', ['store', '--label=x', 'service', 'cordon', 'username', 'openai', 'extra', extra], {
      env: service.env,
      input: canary,
    })

  const answer = fault(await child.ask(fetching))

  assert.deepEqual(
    [answer.code, answer.message],
    ['keyring_ambiguous', 'The system keyring has 2 entries for "openai" of cordon, and only one can be meant.'],
  )
  assert.match(answer.hint ?? '', /`secret-tool search --all service cordon username openai`/)
  assert.ok(!answer.shown.includes(canary))
  for (const extra of ['one', 'two'])
    assert.equal(await service.lookup({ service: 'cordon', username: 'openai', extra }), canary)
})

test('an entry that is no text is told as a failure of the keyring, and none of it is shown', { skip }, async (t) => {
  const service = await startSecretService(t)
  const child = childIn(t, service)
  spawnSync('secret-tool', ['store', '--label=x', 'service', 'cordon', 'username', 'openai'], {
    env: service.env,
    input: Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(canary)]),
  })

  const answer = fault(await child.ask(fetching))

  assert.deepEqual(
    [answer.code, answer.message],
    ['keyring_failed', 'Something is wrong with "openai" of cordon in the system keyring.'],
  )
  assert.ok(!answer.shown.includes(canary))
})

const absences = [
  { kind: 'no provider', sentence: 'There is no system keyring: no Secret Service is installed.' },
  { kind: 'no collection', sentence: 'The system keyring has no default collection to put a secret in.' },
] as const

for (const { kind, sentence } of absences) {
  test(`with ${kind} nothing can be stored, and a new route gets the encrypted file`, { skip }, async (t) => {
    const child = childIn(t, await startSession(t, kind))

    const stored = await child.ask({ do: 'store', place, value: canary })
    const chosen = ok(await child.ask({ do: 'choose' }))

    assert.equal(fault(stored).code, 'keyring_unavailable')
    assert.equal(fault(stored).message, sentence)
    assert.match(fault(stored).hint ?? '', /--source age/)
    assert.match(
      JSON.stringify(chosen),
      /"source":"age","why":"Its secret goes to the encrypted file .*secrets\.age, because /,
    )
  })
}

test('without a session bus the keyring is unavailable, and a new route gets the encrypted file', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const child = startChild(t, { folder: '/nonexistent', env: { PATH: process.env.PATH } })

  const fetched = await child.ask(fetching)
  const chosen = ok(await child.ask({ do: 'choose' }))

  assert.equal(fault(fetched).code, 'keyring_unavailable')
  assert.equal(fault(fetched).message, 'There is no system keyring: this session has no D-Bus.')
  assert.match(JSON.stringify(chosen), /"source":"age".*this session has no D-Bus/)
})

test('an unlocked keyring is what a new route gets', { skip }, async (t) => {
  const child = childIn(t, await startSecretService(t))

  const chosen = ok(await child.ask({ do: 'choose' }))

  assert.deepEqual(chosen, {
    source: 'keyring',
    why: 'Its secret goes to the system keyring, which opens on this machine.',
  })
})

function childIn(t: TestContext, { env }: SecretService) {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-store-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return startChild(t, { folder, env })
}

function ok(answer: Answer): unknown {
  if ('ok' in answer) return answer.ok
  throw new Error(`${answer.code}: ${answer.message}`)
}

function fault(answer: Answer | undefined) {
  assert.ok(answer && 'code' in answer, 'no failure')
  return answer
}
