import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routeTo, send, startCordon, startOrigin } from '../world.ts'

const overrides = 'X-HTTP-Method-Override: DELETE\nX-Original-URL: /admin\nX-Rewrite-Url: /admin'

test('a route bound to methods or paths lets no field say that the request is another', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, {
    routes: [routeTo(origin, { name: 'read', paths: ['/v1'], methods: ['GET'] })],
  })

  await send(t, cordon, origin.authority, `GET /v1/mails\n${overrides}`)

  const { host, connection, ...seen } = origin.requests[0]?.fields ?? {}
  assert.deepEqual(seen, { authorization: 'Bearer s3cret' })
})

test('a route without bounds has none to undo, and passes such fields on', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })

  await send(t, cordon, origin.authority, `GET /v1/mails\n${overrides}`)

  assert.equal(origin.requests[0]?.fields['x-http-method-override'], 'DELETE')
})

test('each route of a host dials where it says itself', async (t) => {
  const [one, other] = [await startOrigin(t, 'api.mailer.test'), await startOrigin(t, 'api.mailer.test')]
  const cordon = await startCordon(t, {
    routes: [routeTo(one, { name: 'one', paths: ['/one'] }), routeTo(other, { name: 'other', paths: ['/other'] })],
  })

  await send(t, cordon, one.authority, 'GET /other/1')
  await send(t, cordon, one.authority, 'GET /one/1')

  assert.deepEqual(
    [one, other].map(({ requests }) => requests.map(({ target }) => target)),
    [['/one/1'], ['/other/1']],
  )
})
