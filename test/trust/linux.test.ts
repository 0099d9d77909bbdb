/** What is typed on each kind of Linux, through programs that only write down how they were called. */
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { linuxStores } from '../../src/trust/linux.ts'
import { eachTwice, folderOf, put, type Stage, stageFor, usable } from './machines.ts'

const systems = [
  {
    system: 'Fedora',
    anchors: '/etc/pki/ca-trust/source/anchors',
    extension: 'pem',
    made: 'etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
    tool: 'update-ca-trust',
    update: 'update-ca-trust extract',
    forget: 'update-ca-trust extract',
  },
  {
    system: 'Arch',
    anchors: '/etc/ca-certificates/trust-source/anchors',
    extension: 'crt',
    made: 'etc/ca-certificates/extracted/tls-ca-bundle.pem',
    tool: 'trust',
    update: 'trust extract-compat',
    forget: 'trust extract-compat',
  },
  {
    system: 'SUSE',
    anchors: '/etc/pki/trust/anchors',
    extension: 'pem',
    made: 'var/lib/ca-certificates/ca-bundle.pem',
    tool: 'update-ca-certificates',
    update: 'update-ca-certificates',
    forget: 'update-ca-certificates --fresh',
  },
  {
    system: 'Debian',
    anchors: '/usr/local/share/ca-certificates',
    extension: 'crt',
    made: 'etc/ssl/certs/ca-certificates.crt',
    tool: 'update-ca-certificates',
    update: 'update-ca-certificates',
    forget: 'update-ca-certificates --fresh',
  },
] as const

type System = (typeof systems)[number]

for (const system of systems) {
  test(`on ${system.system} an anchor is put in and taken out through sudo, and twice is once`, (t) => {
    const stage = stageOf(t, system)
    const [store] = usable(linuxStores(stage.machine))
    assert.ok(store)
    const anchor = stage.anchor('a.test')

    const done = eachTwice(store, stage.machine, anchor)

    assert.deepEqual(done, [true, false, true, false])
    const file = `${system.anchors}/cordon-test-ID.${system.extension}`
    assert.deepEqual(stage.calls(), [
      `sudo -- install -m 0644 ~/trusted/cordon-test-ID.pem ${file}`,
      `sudo -- ${system.update}`,
      system.update,
      `sudo -- rm -f ${file}`,
      `sudo -- ${system.forget}`,
      system.forget,
    ])
  })
}

test('root itself needs no sudo', (t) => {
  const stage = stageOf(t, systems[3])
  const machine = { ...stage.machine, isRoot: true }
  const [store] = usable(linuxStores(machine))
  assert.ok(store)

  put(store, machine, stage.anchor('a.test'))

  assert.deepEqual(stage.calls(), ['update-ca-certificates'])
})

test('an anchor for other routes gives way to the new one', (t) => {
  const stage = stageOf(t, systems[0])
  const [store] = usable(linuxStores(stage.machine))
  assert.ok(store)
  const [older, wanted] = [stage.anchor('a.test'), stage.anchor('a.test', 'b.test')]
  put(store, stage.machine, older)

  put(store, stage.machine, wanted, [older])

  assert.deepEqual([store.holds(older), store.holds(wanted)], ['no', 'yes'])
})

test('an anchor whose command did not come to its end is put in once more', (t) => {
  const stage = stageOf(t, systems[3])
  const [store] = usable(linuxStores(stage.machine))
  assert.ok(store)
  const anchor = stage.anchor('a.test')
  stage.program('update-ca-certificates', 'echo "no space left" >&2; exit 3')

  assert.throws(() => put(store, stage.machine, anchor), {
    code: 'root_store_failed',
    message: 'The command `update-ca-certificates` ended with 3: no space left.',
  })
  const afterFailure = store.holds(anchor)
  stage.program('update-ca-certificates', updateScript(stage, systems[3]))
  put(store, stage.machine, anchor)

  assert.deepEqual([afterFailure, store.holds(anchor)], ['partly', 'yes'])
})

test('a system without its command says which package brings it', (t) => {
  const stage = stageFor(t, { platform: 'linux' })
  folderOf(stage, systems[1].anchors)
  const machine = { ...stage.machine, env: { PATH: '/nowhere' } }

  const [found] = linuxStores(machine)

  assert.deepEqual(found, {
    state: 'unusable',
    label: `the system's store ${join(machine.root, systems[1].anchors)}`,
    why: 'there is no trust; the package p11-kit brings it',
  })
})

test('a command is found in sbin, which is in no PATH of a person on Debian', (t) => {
  const stage = stageOf(t, systems[3])
  const sbin = folderOf(stage, 'usr/sbin')
  writeFileSync(join(sbin, 'update-ca-certificates'), '', { mode: 0o755 })
  const machine = { ...stage.machine, env: { PATH: '/nowhere' } }
  const [store] = usable(linuxStores(machine))

  const [, update] = store?.add(stage.anchor('a.test')) ?? []

  assert.deepEqual(update?.words, [join(sbin, 'update-ca-certificates')])
})

test('where root is needed and there is no sudo, the error says so', (t) => {
  const stage = stageOf(t, systems[3])
  const machine = { ...stage.machine, env: { PATH: '/nowhere' } }
  folderOf(stage, 'usr/sbin')
  const [store] = usable(linuxStores(stage.machine))
  assert.ok(store)

  assert.throws(() => put(store, machine, stage.anchor('a.test')), { code: 'sudo_missing' })
})

test('another platform, and a Linux without such a folder, has no such store', (t) => {
  assert.deepEqual(linuxStores(stageFor(t, { platform: 'linux' }).machine), [])
  assert.deepEqual(linuxStores({ ...stageOf(t, systems[0]).machine, platform: 'darwin' }), [])
})

/** A machine of that system, with a sudo that goes on and a command that makes the file of the anchors. */
function stageOf(t: test.TestContext, system: System): Stage {
  const stage = stageFor(t, { platform: 'linux' })
  folderOf(stage, system.anchors)
  folderOf(stage, join(system.made, '..'))
  stage.program('sudo', 'shift; exec "$@"')
  stage.program(system.tool, updateScript(stage, system))
  rmSync(join(stage.machine.root, system.made), { force: true })
  return stage
}

function updateScript({ machine }: Stage, { anchors, made }: System): string {
  return `cat '${join(machine.root, anchors)}'/* >'${join(machine.root, made)}' 2>/dev/null || true`
}
