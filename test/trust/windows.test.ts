/** What is typed on Windows, through a `certutil.exe` that only keeps what it was handed. It was run on no Windows. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { windowsStores } from '../../src/trust/windows.ts'
import { eachTwice, stageFor, usable } from './machines.ts'

test("the user's root store takes and gives up an anchor without an administrator, and twice is once", (t) => {
  const stage = stageFor(t, { platform: 'win32' })
  const kept = join(stage.machine.home, 'kept')
  stage.program(
    'certutil.exe',
    `case "$2 $3" in
      '-store Root') test -e '${kept}' ;;
      '-f -addstore') touch '${kept}' ;;
      '-delstore Root') rm '${kept}' ;;
    esac`,
  )
  const [store] = usable(windowsStores(stage.machine))
  assert.ok(store)
  const anchor = stage.anchor('a.test')

  const done = eachTwice(store, stage.machine, anchor)

  assert.deepEqual(done, [true, false, true, false])
  assert.deepEqual(stage.calls(), [
    'certutil.exe -user -store Root SHA1',
    'certutil.exe -user -f -addstore Root ~/trusted/cordon-test-ID.pem',
    'certutil.exe -user -store Root SHA1',
    'certutil.exe -user -store Root SHA1',
    'certutil.exe -user -delstore Root SHA1',
    'certutil.exe -user -store Root SHA1',
  ])
})

test('no other platform has such a store', (t) => {
  assert.deepEqual(windowsStores(stageFor(t, { platform: 'linux' }).machine), [])
})
