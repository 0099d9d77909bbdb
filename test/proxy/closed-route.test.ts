/** A client token that opens some routes alone. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClientTokens } from '../../src/proxy/client.ts'
import {
  audience,
  exchangeRaw,
  openIntercepted,
  proxyAuthorization,
  routeTo,
  startCordon,
  startOrigin,
} from '../world.ts'
import { openHttp2 } from './http2-world.ts'

const limited = (routes: readonly string[]): ClientTokens => ({
  check: () => ({ known: true, name: 'ci', routes: new Set(routes) }),
  revision: () => 0,
})
const authorization = proxyAuthorization({ audience, token: 'ci' })

for (const [host, shape] of [
  ['api.mailer.test', (body: Body) => body.error?.message],
  ['api.openai.com', (body: Body) => body.error?.message],
  ['api.anthropic.com', (body: Body) => body.type === 'error' && body.error?.message],
  ['api.github.com', (body: Body) => body.message],
] as const) {
  test(`a route that a token does not open is refused in the words of ${host}, and nothing reaches the origin`, async (t) => {
    const origin = await startOrigin(t, host)
    const cordon = await startCordon(t, { routes: [routeTo(origin)], values: { tokens: limited(['another']) } })
    const inside = await openIntercepted(t, cordon, origin.authority, { authorization })

    const answer = await exchangeRaw(inside, `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)

    assert.equal(answer.status, 403)
    assert.match(
      String(shape(JSON.parse(answer.content))),
      /^cordon: The client token ci does not open the route [\w.-]+\. To mend it, use one that does, as `cordon token add NAME --route /,
    )
    assert.equal(origin.received(), 0)
    assert.ok(cordon.log.some(({ code, client }) => code === 'route_closed' && client === 'ci'))
  })
}

test('a token opens its own routes, over HTTP/1.1 and HTTP/2', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(origin)], values: { tokens: limited([origin.host]) } })
  const inside = await openIntercepted(t, cordon, origin.authority, { authorization })

  const answer = await exchangeRaw(inside, 'GET / HTTP/1.1\r\nHost: api.mailer.test\r\nConnection: close\r\n\r\n')
  const session = await openHttp2(t, cordon, origin.authority)
  const stream = session.request({})
  const status = await new Promise((done) => stream.once('response', (fields) => done(fields[':status'])))
  stream.resume()

  assert.equal(answer.status, 200)
  assert.equal(status, 200)
})

interface Body {
  type?: string
  message?: string
  error?: { message?: string }
}
