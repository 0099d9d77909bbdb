import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import test from 'node:test'
import { originFault } from '../../src/proxy/origin-fault.ts'
import { answerFor } from '../../src/proxy/refuse.ts'
import { Connection, chatRequest } from '../bench/client.ts'
import { apiHost } from '../bench/peers.ts'
import { hostOf } from '../world.ts'
import { type Crowd, elsewhere, isLong, startCrowd, until } from './crowd.ts'

const clients = isLong ? 2000 : 500

test('a burst beyond the limit of descriptors is answered, and what was open before stays', {
  skip: elsewhere,
}, async (t) => {
  const crowd = await startCrowd(t, { openFiles: 256 })
  const early = await crowd.visit()

  const answers = await Promise.all(Array.from({ length: clients }, () => connectAndStay(t, crowd)))

  const count = (status: string) => answers.filter((answer) => answer.status === status).length
  t.diagnostic(`200: ${count('200')}, 503: ${count('503')}, no answer: ${count('')}`)
  assert.ok(count('200') >= 50)
  assert.equal(count('200') + count('503'), clients)
  await early.exchange(chatRequest(apiHost, crowd.cordon.reach.secret))
  for (const { socket } of answers) socket.destroy()
  early.close()
  await until(() => crowd.descriptors() < 100, 'cordon closed what its clients had closed')
  const late = await Connection.open(crowd.cordon.reach, { host: apiHost })
  await late.exchange(chatRequest(apiHost, crowd.cordon.reach.secret))
  late.close()
})

/** Asks for a tunnel and keeps it; what the answer's status is, or nothing when the connection ends without one. */
function connectAndStay(
  t: { after(end: () => void): void },
  { cordon: { reach } }: Crowd,
): Promise<{ status: string; socket: Socket }> {
  const socket = connect({ port: reach.port, host: '127.0.0.1' })
  t.after(() => socket.destroy())
  socket.write(
    `CONNECT ${apiHost}:443 HTTP/1.1\r\nHost: ${apiHost}:443\r\nProxy-Authorization: ${reach.proxyAuthorization}\r\n\r\n`,
  )
  return new Promise((done) => {
    socket.on('error', () => {})
    socket.once('data', (head: Buffer) => done({ status: head.toString('latin1', 9, 12), socket }))
    socket.once('close', () => done({ status: '', socket }))
  })
}

test('a request that no descriptor is left for is 503, and its origin is not blamed', () => {
  const target = { host: hostOf(apiHost), port: 443 }

  const fault = originFault(Object.assign(new Error('connect EMFILE'), { code: 'EMFILE' }), target)

  assert.equal(fault.code, 'too_many_connections')
  assert.equal(answerFor(fault, target.host).status, 503)
})
