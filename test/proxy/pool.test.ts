import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import test from 'node:test'
import { routeTo, send, startCordon, startOrigin } from '../world.ts'

test('requests at once have a connection each, and the next takes the one that was used last', async (t) => {
  const ports: (number | undefined)[] = []
  const held: ServerResponse[] = []
  const both = Promise.withResolvers<void>()
  const origin = await startOrigin(t, 'api.mailer.test', {
    answer(request, response) {
      ports.push(request.socket.remotePort)
      if (request.url !== '/held') return void response.end('later')
      held.push(response)
      if (held.length === 2) both.resolve()
    },
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const ask = (path: string) => send(t, cordon, origin.authority, `GET ${path}`)

  const together = [ask('/held'), ask('/held')]
  await both.promise
  const [one, other] = held
  one?.end('one')
  await Promise.race(together)
  other?.end('other')
  await Promise.all(together)
  for (let i = 0; i < 3; i++) await ask('/later')

  const [first, last, ...later] = ports
  assert.notEqual(first, last)
  assert.deepEqual(later, [last, last, last])
})

test('a hundred requests one after the other take one connection', async (t) => {
  const ports = new Set<number | undefined>()
  const origin = await startOrigin(t, 'api.mailer.test', {
    answer(request, response) {
      ports.add(request.socket.remotePort)
      response.end('content')
    },
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })

  for (let i = 0; i < 100; i++) await send(t, cordon, origin.authority, 'GET /')

  assert.equal(ports.size, 1)
})
