/** Ends that TCP and TLS do not tell apart, and what cordon takes them for. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  openIntercepted,
  openSocket,
  proxyAuthorization,
  readAll,
  routeTo,
  startCordon,
  startOrigin,
  startRawOrigin,
} from '../world.ts'

const ask = 'GET / HTTP/1.1\r\nHost: api.mailer.test\r\n'

// A FIN says that no more will be sent; whether its sender still reads, TCP does not say before it is written to. A client
// that was killed sends just that, and its request must not go on at the origin.
test('a client that ends its side before its answer is taken for one that left, and its request is taken back', async (t) => {
  const asked = Array.from({ length: 2 }, () => Promise.withResolvers<void>())
  const closed = Array.from({ length: 2 }, () => Promise.withResolvers<void>())
  let requests = 0
  const answer: NonNullable<Parameters<typeof startOrigin>[2]>['answer'] = (_request, response) => {
    response.once('close', closed[requests]?.resolve ?? (() => {}))
    asked[requests++]?.resolve()
  }
  const origin = await startOrigin(t, 'api.mailer.test', { answer })
  const plain = await startOrigin(t, 'open.test', { cleartext: true, answer })
  const cordon = await startCordon(t, {
    routes: [
      routeTo(origin),
      { host: plain.host, ports: [80], connectTo: `127.0.0.1:${plain.port}`, value: 's3cret', allowCleartext: true },
    ],
  })

  const inside = await openIntercepted(t, cordon, origin.authority)
  inside.write(`${ask}\r\n`)
  await asked[0]?.promise
  inside.end()
  await closed[0]?.promise
  const outside = await openSocket(t, cordon.port)
  outside.write(
    `GET http://open.test/ HTTP/1.1\r\nHost: open.test\r\nProxy-Authorization: ${proxyAuthorization(cordon)}\r\n\r\n`,
  )
  await asked[1]?.promise
  outside.end()
  await closed[1]?.promise

  assert.deepEqual(
    cordon.log.filter(({ event }) => event === 'exchange refused').map(({ code }) => code),
    ['client_left', 'client_left'],
  )
})

// RFC 9112 §9.8: without close_notify such an answer is incomplete. Node gives the same `end` for both; a reset it tells.
test('an answer that ends with its connection is whole where TLS ended, and where TLS was cut without a reset', async (t) => {
  for (const cut of ['end', 'fin', 'reset'] as const) {
    const origin = await startRawOrigin(t, 'api.mailer.test', (socket) => {
      socket.once('data', () =>
        socket.write('HTTP/1.1 200 OK\r\n\r\npart', () => {
          if (cut === 'end') socket.end()
          else for (const carrier of origin.connections) cut === 'fin' ? carrier.destroy() : carrier.resetAndDestroy()
        }),
      )
    })
    const cordon = await startCordon(t, { routes: [routeTo(origin)] })
    const client = await openIntercepted(t, cordon, origin.authority)

    client.write(`${ask}Connection: close\r\n\r\n`)
    const heard = String(await readAll(client))

    assert.match(heard, /\r\n\r\n4\r\npart\r\n/)
    assert.equal(heard.endsWith('0\r\n\r\n'), cut !== 'reset', cut)
  }
})
