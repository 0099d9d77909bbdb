import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Connection, headOf } from '../bench/client.ts'
import { apiHost } from '../bench/peers.ts'
import { type Crowd, elsewhere, isLong, startCrowd } from '../load/crowd.ts'

const mib = 1024 * 1024
const size = (isLong ? 1024 : 128) * mib
/** By then V8 has let its heap grow to what this traffic fills it with; 4 GiB take no more (measured). */
const settled = (isLong ? 256 : 64) * mib
const block = Buffer.alloc(256 * 1024)

type Carry = (crowd: Crowd, connection: Connection, bytes: number) => Promise<void>

const download: Carry = async ({ cordon: { reach } }, connection, bytes) => {
  let got = 0
  await connection.exchange(headOf('GET', `/bytes?size=${bytes}`, apiHost, reach.secret), (piece) => {
    got += piece.length
  })
  assert.equal(got, bytes)
}

const upload: Carry = async ({ cordon: { reach } }, connection, bytes) => {
  const { socket } = connection
  let told = ''
  const answered = connection.exchange(headOf('POST', '/upload', apiHost, reach.secret, bytes), (piece) => {
    told += piece
  })
  for (let left = bytes; left > 0; left -= block.length) if (!socket.write(block)) await once(socket, 'drain')
  await answered
  assert.equal(told, `{"received":${bytes}}`)
}

for (const [name, carry] of Object.entries({ download, upload }))
  test(`a ${name} of ${size / mib} MiB takes no more memory than one of ${settled / mib} MiB`, {
    skip: elsewhere,
  }, async (t) => {
    const crowd = await startCrowd(t)
    const connection = await Connection.open(crowd.cordon.reach, { host: apiHost })
    t.after(() => connection.close())
    const peakOf = async (bytes: number) => {
      let peak = 0
      const timer = setInterval(() => {
        peak = Math.max(peak, crowd.memory())
      }, 25)
      await carry(crowd, connection, bytes)
      clearInterval(timer)
      return peak
    }

    const small = await peakOf(settled)
    const large = await peakOf(size)

    t.diagnostic(`${Math.round(small / mib)} MiB, then ${Math.round(large / mib)} MiB`)
    assert.ok(large - small < 32 * mib, `${small} bytes, then ${large}`)
  })
