/** The real certutil on databases of its own. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { nssStores } from '../../src/trust/nss.ts'
import { fileOf, put, type Stage, stageFor, takeOut, usable } from './machines.ts'

const profiles = [
  '.mozilla/firefox/0a1b.default-release',
  '.pki/nssdb',
  '.var/app/org.chromium.Chromium/.pki/nssdb',
  '.var/app/org.mozilla.firefox/.mozilla/firefox/2c3d.default',
  'snap/chromium/current/.pki/nssdb',
  'snap/firefox/common/.mozilla/firefox/4e5f.default',
]

test('every profile of Firefox and Chromium, as installed, as a snap and as a flatpak, is a store', (t) => {
  const stage = stageWith(t, ...profiles)
  mkdirSync(join(stage.machine.home, '.mozilla/firefox/Crash Reports'))

  const labels = nssStores(stage.machine).map((one) => (one.state === 'usable' ? one.store.label : one.label))

  assert.deepEqual(
    labels,
    profiles.map((profile) => `the NSS database ${join(stage.machine.home, profile)}`),
  )
})

test('a database takes an anchor for TLS servers alone, gives it up again, and twice is once', (t) => {
  const stage = stageWith(t, '.pki/nssdb')
  const [store] = usable(nssStores(stage.machine))
  assert.ok(store)
  const anchor = stage.anchor('a.test')

  const first = put(store, stage.machine, anchor)
  const listed = certutil(stage, '.pki/nssdb', '-L')
  const rest = [
    put(store, stage.machine, anchor),
    takeOut(store, stage.machine, [anchor]),
    takeOut(store, stage.machine, [anchor]),
  ]

  assert.ok(first)
  assert.match(listed, new RegExp(`^${anchor.name} +C,, *$`, 'm'))
  assert.deepEqual(rest, [false, true, false])
  assert.doesNotMatch(certutil(stage, '.pki/nssdb', '-L'), /cordon/)
})

test('an anchor for other routes gives way to the new one', (t) => {
  const stage = stageWith(t, '.pki/nssdb')
  const [store] = usable(nssStores(stage.machine))
  assert.ok(store)
  const [older, wanted] = [stage.anchor('a.test'), stage.anchor('a.test', 'b.test')]
  put(store, stage.machine, older)

  put(store, stage.machine, wanted, [older])

  assert.deepEqual([store.holds(older), store.holds(wanted)], ['no', 'yes'])
  assert.equal(certutil(stage, '.pki/nssdb', '-L').match(/cordon-/g)?.length, 1)
})

test('a certificate that somebody else put in under the same name is never deleted', (t) => {
  const stage = stageWith(t, '.pki/nssdb')
  const [store] = usable(nssStores(stage.machine))
  assert.ok(store)
  const [mine, ours] = [stage.anchor('mine.test'), stage.anchor('a.test')]
  certutil(stage, '.pki/nssdb', '-A', '-t', 'C,,', '-n', 'by hand', '-i', mine.file)
  certutil(stage, '.pki/nssdb', '-A', '-t', 'C,,', '-n', ours.name, '-i', ours.file)

  assert.throws(() => takeOut(store, stage.machine, [ours]), { code: 'root_store_failed' })

  assert.match(certutil(stage, '.pki/nssdb', '-L'), /by hand/)
})

test('without certutil each database says which package brings it', (t) => {
  const stage = stageWith(t, '.pki/nssdb')
  const label = `the NSS database ${join(stage.machine.home, '.pki/nssdb')}`
  const machine = { ...stage.machine, env: { PATH: '/nowhere' } }
  const why = (brings: string) => [{ state: 'unusable', label, why: `there is no certutil; ${brings} brings it` }]

  assert.deepEqual(nssStores(machine), why('the package with the tools of NSS'))
  assert.deepEqual(nssStores({ ...machine, platform: 'darwin' }), why('`brew install nss`'))
  fileOf(stage, 'etc/debian_version')
  assert.deepEqual(nssStores(machine), why('`apt install libnss3-tools`'))
})

test('a database that cannot be read is an error that names it', (t) => {
  const stage = stageWith(t)
  mkdirSync(join(stage.machine.home, '.pki/nssdb/cert9.db'), { recursive: true })
  const [store] = usable(nssStores(stage.machine))
  assert.ok(store)

  assert.throws(() => store.holds(stage.anchor('a.test')), {
    code: 'root_store_failed',
    message: `certutil cannot read ${join(stage.machine.home, '.pki/nssdb')}.`,
  })
})

function stageWith(t: test.TestContext, ...folders: string[]): Stage {
  const stage = stageFor(t, { platform: 'linux' })
  for (const folder of folders) {
    mkdirSync(join(stage.machine.home, folder), { recursive: true })
    certutil(stage, folder, '-N', '--empty-password')
  }
  return stage
}

function certutil({ machine }: Stage, folder: string, ...words: string[]): string {
  return execFileSync('certutil', [...words, '-d', `sql:${join(machine.home, folder)}`], { encoding: 'utf8' })
}
