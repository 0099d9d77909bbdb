/** A token that is revoked ends what its client has open: tokens are looked at once a second. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import type { ClientTokens } from '../../src/proxy/client.ts'
import {
  audience,
  openIntercepted,
  proxyAuthorization,
  readHead,
  routeTo,
  startCordon,
  startOrigin,
  startRawOrigin,
} from '../world.ts'
import { openHttp2 } from './http2-world.ts'

const host = 'api.mailer.test'
const handshake = `GET /socket HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`

test('a WebSocket of a revoked token ends on both sides, and one of another token stays', async (t) => {
  const carried: Socket[] = []
  const origin = await startRawOrigin(t, host, (socket) => {
    carried.push(socket)
    socket.once('data', () => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
      socket.on('data', (echoed) => socket.write(echoed))
    })
  })
  let revision = 0
  const tokens: ClientTokens = {
    check: (_, token) => (token === 'stays' || revision === 0 ? { known: true, name: token } : { known: false }),
    revision: () => revision,
  }
  const cordon = await startCordon(t, { routes: [routeTo(origin)], values: { tokens } })
  const open = async (token: string) => {
    const authorization = proxyAuthorization({ audience, token })
    const inside = await openIntercepted(t, cordon, origin.authority, { authorization })
    inside.write(handshake)
    await readHead(inside)
    return inside
  }
  const leaves = await open('leaves')
  const stays = await open('stays')
  const ended = Promise.all([leaves, carried[0]].map((socket) => socket && once(socket, 'close')))

  revision += 1
  await ended
  stays.write('still here')
  const [echoed] = await once(stays, 'data')

  assert.equal(String(echoed), 'still here')
  assert.deepEqual(
    cordon.log.filter(({ event }) => event === 'connection ended').map(({ client, code }) => [client, code]),
    [['leaves', 'token_unknown']],
  )
})

test('an answer under way to a revoked token breaks off, in HTTP/1.1 and in HTTP/2, and its origin is let go', async (t) => {
  const answers: ServerResponse[] = []
  const origin = await startOrigin(t, host, {
    answer: (_request, response) => {
      answers.push(response)
      response.write('begun')
    },
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const one = await openIntercepted(t, cordon, origin.authority)
  one.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
  await readHead(one)
  const session = await openHttp2(t, cordon, origin.authority)
  const stream = session.request({})
  stream.on('error', () => {})
  await once(stream, 'response')
  const gone = [...answers, one.resume(), stream.resume()].map((side) => once(side, 'close'))

  cordon.revoke()
  await Promise.all(gone)

  assert.deepEqual(
    answers.map(({ writableFinished }) => writableFinished),
    [false, false],
  )
})
