import assert from 'node:assert/strict'
import { createHook } from 'node:async_hooks'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openIntercepted, readHead, routeTo, send, startCordon, startOrigin, startRawOrigin } from '../world.ts'

const ask = 'GET / HTTP/1.1\r\nHost: api.mailer.test\r\n\r\n'
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

/** The timers that run in this process, from now on; each with the place that set it. */
function watchTimers(t: TestContext): Map<number, string> {
  const running = new Map<number, string>()
  const hook = createHook({
    init: (id, type) => void (type === 'Timeout' && running.set(id, String(new Error('set').stack))),
    destroy: (id) => void running.delete(id),
  }).enable()
  t.after(() => hook.disable())
  return running
}

test('no timer of cordon runs while an origin thinks, before its answer or in it', { timeout: 700_000 }, async (t) => {
  const asked = Promise.withResolvers<Socket>()
  const origin = await startRawOrigin(t, 'api.mailer.test', (socket) => {
    socket.once('data', () => asked.resolve(socket))
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const socket = await openIntercepted(t, cordon, origin.authority)
  const timers = watchTimers(t)
  const untilNoneRuns = async () => {
    const late = performance.now() + 2000
    while (timers.size > 0 && performance.now() < late) await new Promise(setImmediate)
    assert.deepEqual([...timers.values()], [])
  }
  socket.write(ask)
  const atOrigin = await asked.promise

  await untilNoneRuns()
  // Longer than the limits that Node's server and undici have of their own.
  if (process.env.LONG) await sleep(310_000)
  atOrigin.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n')
  const head = await readHead(socket)
  await untilNoneRuns()
  if (process.env.LONG) await sleep(310_000)
  atOrigin.end('data: 1\n\n')
  const [event] = await once(socket, 'data')

  assert.match(head, /^HTTP\/1.1 200 /)
  assert.match(String(event), /data: 1/)
})

test('a client that leaves before the first byte of its answer takes the request back at once', async (t) => {
  const asked = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<number>()
  const origin = await startOrigin(t, 'api.mailer.test', {
    answer: (_request, response) => {
      const begun = performance.now()
      response.once('close', () => closed.resolve(performance.now() - begun))
      asked.resolve()
    },
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const socket = await openIntercepted(t, cordon, origin.authority)

  socket.write(ask)
  await asked.promise
  socket.end()

  assert.ok((await closed.promise) < 1000)
})

test('kept connections that their origin ends cost no request, and each request is sent once', async (t) => {
  const requests: string[] = []
  const sockets: Socket[] = []
  const origin = await startRawOrigin(t, 'api.mailer.test', (socket) => {
    sockets.push(socket)
    socket.on('data', (bytes: Buffer) => {
      requests.push(String(bytes).slice(0, 12))
      socket.write(ok)
    })
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })

  for (let i = 0; i < 50; i++) {
    const isLong = i % 2 === 0
    const answer = await send(t, cordon, origin.authority, `POST /${10 + i}`, isLong ? 'content' : '')
    assert.equal(answer.status, 200)
    for (const socket of sockets.splice(0)) i % 3 === 0 ? socket.end() : socket.destroy()
  }

  assert.deepEqual(
    requests,
    Array.from({ length: 50 }, (_, i) => `POST /${10 + i} HTTP`.slice(0, 12)),
  )
})

test('a request whose connection ends after it was written is never sent twice', async (t) => {
  for (const method of ['GET', 'POST']) {
    let requests = 0
    const origin = await startRawOrigin(t, 'api.mailer.test', (socket) => {
      let isFirst = true
      socket.on('data', () => {
        requests += 1
        if (isFirst) socket.write(ok)
        else socket.destroy()
        isFirst = false
      })
    })
    const cordon = await startCordon(t, { routes: [routeTo(origin)] })

    const first = await send(t, cordon, origin.authority, `${method} /`, method === 'POST' ? 'content' : '')
    const second = await send(t, cordon, origin.authority, `${method} /`, method === 'POST' ? 'content' : '')

    assert.equal(first.status, 200)
    assert.equal(second.status, 502)
    assert.equal(JSON.parse(second.content).error.code, 'cordon_origin_closed')
    assert.equal(requests, 2)
  }
})
