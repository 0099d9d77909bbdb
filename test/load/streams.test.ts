import assert from 'node:assert/strict'
import test from 'node:test'
import { Connection, headOf } from '../bench/client.ts'
import { apiHost } from '../bench/peers.ts'
import { elsewhere, isLong, repeat, startCrowd, until } from './crowd.ts'

const streams = isLong ? 5000 : 300

test(`${streams} streams stay open, and an event reaches each of them`, { skip: elsewhere }, async (t) => {
  const crowd = await startCrowd(t)
  const before = crowd.descriptors()
  const opened: Connection[] = []
  t.after(() => opened.map((stream) => stream.close()))
  let events = 0
  const { reach } = crowd.cordon

  await repeat(streams, 20, async () => {
    const stream = await Connection.open(reach, { host: apiHost })
    opened.push(stream)
    await new Promise<void>((done, fail) => {
      stream
        .exchange(headOf('GET', '/events?count=0', apiHost, reach.secret), () => {
          events += 1
          done()
        })
        .catch(fail)
    })
  })
  const waker = await crowd.visit()
  await waker.exchange(headOf('GET', '/wake', apiHost, reach.secret))
  await until(() => events === 2 * streams, 'every stream got its second event')

  assert.equal(opened.filter(({ socket }) => socket.destroyed).length, 0)
  for (const stream of [...opened, waker]) stream.close()
  await until(() => crowd.descriptors() <= before + 1, 'the descriptors of the streams were closed')
})
