import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { ownerOfPort } from '../../src/doctor/port-owner.ts'

test('the process that listens on a port is named', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())

  const owner = ownerOfPort((server.address() as AddressInfo).port)

  assert.equal(owner?.pid, process.pid)
  assert.notEqual(owner?.command, '')
})

test('a free port has no owner', () => {
  assert.equal(ownerOfPort(1), undefined)
})
