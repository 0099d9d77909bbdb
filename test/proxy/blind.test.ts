import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import type { Resolve } from '../../src/proxy/dial.ts'
import {
  exchangeRaw,
  openSocket,
  openTunnel,
  originCa,
  routeTo,
  startCordon,
  startOrigin,
  startRawOrigin,
} from '../world.ts'

test('an unrouted CONNECT is blind: bytes pass unread, and each side may end before the other', async (t) => {
  const { promise: served, resolve: serve } = Promise.withResolvers<string>()
  const origin = await startRawOrigin(
    t,
    'open.test',
    (socket) => {
      socket.allowHalfOpen = true
      socket.write('SSH-2.0-origin\r\n')
      let got = ''
      socket.on('data', (chunk: Buffer) => {
        got += chunk
      })
      socket.on('end', () => {
        serve(got)
        socket.end('last words')
      })
    },
    { cleartext: true },
  )
  const cordon = await startCordon(t, { routes: [], allow: ['127.0.0.1'] })
  const { socket } = await openTunnel(t, cordon, `127.0.0.1:${origin.port}`, { authorization: undefined })
  socket.allowHalfOpen = true
  let heard = ''
  socket.on('data', (chunk: Buffer) => {
    heard += chunk
  })

  socket.end('\x00\xffno HTTP at all')
  await Promise.all([served, once(socket, 'end')])

  assert.equal(await served, '\x00\xffno HTTP at all')
  assert.equal(heard, 'SSH-2.0-origin\r\nlast words')
})

test("an unrouted CONNECT shows the origin's own certificate", async (t) => {
  const origin = await startOrigin(t, 'open.test')
  const routed = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(routed)], allow: ['127.0.0.1'] })
  const { socket } = await openTunnel(t, cordon, `127.0.0.1:${origin.port}`, { authorization: undefined })

  const secure = connectTls({ socket, ca: originCa.pem, servername: 'open.test' })
  await once(secure, 'secureConnect')

  assert.equal(secure.getPeerX509Certificate()?.checkIssued(new X509Certificate(originCa.pem)), true)
  secure.destroy()
})

test('a client that left while its target was being resolved leaves no connection behind', async (t) => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<() => void>()
  const { promise: closed, resolve: close } = Promise.withResolvers<void>()
  const origin = await startRawOrigin(t, 'open.test', (socket) => socket.resume().once('close', close), {
    cleartext: true,
  })
  const resolve: Resolve = (_hostname, _options, callback) =>
    ask(() => callback(null, [{ address: '127.0.0.1', family: 4 }]))
  const cordon = await startCordon(t, { routes: [], allow: ['127.0.0.1'], values: { resolve } })
  const gone = Promise.withResolvers<void>()
  const socket = await openSocket(t, cordon.port)
  socket.write(`CONNECT open.test:${origin.port} HTTP/1.1\r\nHost: open.test:${origin.port}\r\n\r\n`)
  const answer = await asked
  socket.once('close', gone.resolve)
  socket.resetAndDestroy()
  await gone.promise
  await exchangeRaw(await openSocket(t, cordon.port), 'GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n')

  answer()

  await closed
  assert.equal(origin.received(), 0)
})
