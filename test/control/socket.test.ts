import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { modeOf } from '../../src/base/file.ts'
import { listenAt, socketPathFor } from '../../src/control/socket.ts'
import { temporaryFolder } from '../world.ts'

const skip = process.platform === 'win32' && 'Windows has pipes, which lie in no folder'

async function listen(t: TestContext, path: string): Promise<void> {
  const server = createServer((_request, response) => response.end('{}'))
  await listenAt(server, path)
  t.after(() => server.close())
}

test('the socket lies in the runtime folder of the person, else in the folder of cordon', { skip }, (t) => {
  const folder = temporaryFolder(t)
  const scope = { folder: '/scope', cordonHome: '/home/sam/.config/cordon' }

  const inRuntime = socketPathFor(scope, { XDG_RUNTIME_DIR: folder })
  const inHome = socketPathFor(scope, { XDG_RUNTIME_DIR: join(folder, 'not-there') })

  assert.ok(inRuntime.startsWith(join(folder, 'cordon/')))
  assert.ok(inHome.startsWith('/home/sam/.config/cordon/run/'))
  assert.notEqual(socketPathFor({ ...scope, folder: '/other' }, {}), inHome)
})

test('a path that is too long for a socket is given up for a short one', { skip }, (t) => {
  const runtime = join(temporaryFolder(t), 'r'.repeat(60))
  mkdirSync(runtime)
  const scope = { folder: '/scope', cordonHome: `/home/${'h'.repeat(90)}/.config/cordon` }

  const path = socketPathFor(scope, { XDG_RUNTIME_DIR: runtime })

  assert.match(path, /^\/tmp\/cordon-\d+\/[0-9a-f]{16}\.sock$/)
  assert.ok(Buffer.byteLength(path) <= 103)
})

test('the socket is for its owner alone, and so is its folder', { skip }, async (t) => {
  const path = join(temporaryFolder(t), 'run', 'control.sock')

  await listen(t, path)

  assert.equal(modeOf(path), 0o600)
  assert.equal(modeOf(join(path, '..')), 0o700)
})

test('a socket that a killed process left is taken over, one that answers is not', { skip }, async (t) => {
  const path = join(temporaryFolder(t), 'run', 'control.sock')
  mkdirSync(join(path, '..'))
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
  spawnSync(process.execPath, ['-e', script])
  assert.ok(statSync(path).isSocket())

  await listen(t, path)

  await assert.rejects(listen(t, path), { code: 'proxy_running' })
  assert.ok(statSync(path).isSocket())
})

test('nothing but a socket is replaced, and no link is followed', { skip }, async (t) => {
  const folder = temporaryFolder(t)
  const [file, link, linked] = ['file.sock', 'link.sock', 'linked'].map((name) => join(folder, name))
  assert.ok(file && link && linked)
  writeFileSync(file, 'mine')
  symlinkSync(join(folder, 'elsewhere.sock'), link)
  symlinkSync(folder, linked)

  await assert.rejects(listen(t, file), { code: 'control_unsafe' })
  await assert.rejects(listen(t, link), { code: 'symlink_refused' })
  await assert.rejects(listen(t, join(linked, 'control.sock')), { code: 'symlink_refused' })

  assert.ok(!existsSync(join(folder, 'elsewhere.sock')))
})
