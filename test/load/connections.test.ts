import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import test from 'node:test'
import { type Crowd, elsewhere, isLong, repeat, startCrowd, until } from './crowd.ts'

const connections = isLong ? 20_000 : 1000
/** After so many the code is compiled and the pools are filled. */
const warmUp = isLong ? 5000 : 1200
const atOnce = 8

/** Sockets to clients are gone; to the origin as many may stay as were needed at once. */
const areClosed = (crowd: Crowd, before: number) =>
  until(() => crowd.descriptors() <= before + atOnce, 'the descriptors of the clients were closed')

test(`${connections} connections opened and closed leave no descriptor and no memory behind`, {
  skip: elsewhere,
  timeout: 600_000,
}, async (t) => {
  const crowd = await startCrowd(t, { heap: 'small' })
  await repeat(warmUp, atOnce, async () => (await crowd.visit()).close())
  const descriptors = crowd.descriptors()
  const memory = crowd.memory()

  await repeat(connections, atOnce, async () => (await crowd.visit()).close())

  await areClosed(crowd, descriptors)
  const growth = crowd.memory() / memory - 1
  t.diagnostic(`memory grew by ${(growth * 100).toFixed(1)} % of ${Math.round(memory / 2 ** 20)} MiB`)
  assert.ok(growth < 0.1, `memory grew by ${(growth * 100).toFixed(1)} %`)
})

test('handshakes that are begun and abandoned leave no descriptor behind', { skip: elsewhere }, async (t) => {
  const crowd = await startCrowd(t)
  const descriptors = crowd.descriptors()
  const { port, proxyAuthorization } = crowd.cordon.reach
  // A ClientHello's record header that promises 512 bytes, and the first of them.
  const halfHello = Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])

  await repeat(isLong ? 5000 : 300, atOnce, async (number) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.write(
      `CONNECT api.bench.test:443 HTTP/1.1\r\nHost: api.bench.test:443\r\nProxy-Authorization: ${proxyAuthorization}\r\n`,
    )
    if (number % 3 !== 0) {
      socket.write('\r\n')
      await once(socket, 'data')
    }
    if (number % 3 === 2) socket.write(halfHello)
    if (number % 2 === 0) socket.resetAndDestroy()
    else socket.destroy()
    await once(socket, 'close')
  })

  await areClosed(crowd, descriptors)
  const visitor = await crowd.visit()
  visitor.close()
})
