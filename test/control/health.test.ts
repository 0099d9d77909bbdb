import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { test } from 'node:test'
import { askHealth } from '../../src/control/health.ts'
import { startCordon } from '../world.ts'

test('cordon says that it is cordon, and which', async (t) => {
  const cordon = await startCordon(t, { routes: [] })

  assert.deepEqual(await askHealth(cordon.port), { kind: 'cordon', version: '0.0.0-test' })
})

test('a server that is not cordon is somebody, and so is one that never answers', async (t) => {
  const other = createServer((_request, response) => response.end('{"status":"ok"}')).listen(0, '127.0.0.1')
  const silent = createTcpServer(() => {}).listen(0, '127.0.0.1')
  await Promise.all([once(other, 'listening'), once(silent, 'listening')])
  t.after(() => [other, silent].map((server) => server.close()))

  assert.deepEqual(await askHealth((other.address() as AddressInfo).port), { kind: 'somebody' })
  assert.deepEqual(await askHealth((silent.address() as AddressInfo).port, 100), { kind: 'somebody' })
})

test('a free port is nobody', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')

  assert.deepEqual(await askHealth(port), { kind: 'nobody' })
})
