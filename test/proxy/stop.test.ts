import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { openIntercepted, routeTo, send, startCordon, startOrigin } from '../world.ts'

test('a stop lets the request under way end, and waits for no idle connection', async (t) => {
  const held = Promise.withResolvers<ServerResponse>()
  const origin = await startOrigin(t, 'api.mailer.test', { answer: (_request, response) => held.resolve(response) })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const idle = await openIntercepted(t, cordon, origin.authority)
  const answer = send(t, cordon, origin.authority, 'GET /slow')
  const response = await held.promise

  const stopped = cordon.proxy.close(60_000)
  response.end('whole')

  assert.equal((await answer).content, 'whole')
  await stopped
  if (!idle.destroyed) await once(idle, 'close')
})

test('a stop does not wait for ever', async (t) => {
  const held = Promise.withResolvers<void>()
  const origin = await startOrigin(t, 'api.mailer.test', { answer: () => held.resolve() })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const answer = send(t, cordon, origin.authority, 'GET /for-ever')
  await held.promise

  await cordon.proxy.close(20)

  assert.equal((await answer).content, '')
})
