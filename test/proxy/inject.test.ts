import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openIntercepted, openTunnel, send, startCordon, startOrigin } from '../world.ts'

test('an agent cannot choose the credential its origin sees', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, {
    routes: [{ host: origin.host, connectTo: `127.0.0.1:${origin.port}`, value: 's3cret' }],
  })

  const answer = await send(
    t,
    cordon,
    origin.authority,
    'GET /v1/mails?unread=1\nAuthorization: Bearer mine\nauthorization: Bearer other\nX-Api-Key: mine\nX-Odd-Case: kept',
  )

  assert.equal(answer.status, 200)
  assert.equal(answer.content, '{"ok":true}')
  const [seen] = origin.requests
  assert.equal(seen?.fields['authorization'], 'Bearer s3cret')
  assert.equal(seen?.fields['x-api-key'], undefined)
  assert.equal(seen?.target, '/v1/mails?unread=1')
  assert.equal(seen?.fields['host'], 'api.mailer.test')
  assert.ok(seen?.rawFields.includes('X-Odd-Case'))
})

test('content goes up and comes down whole', async (t) => {
  const big = 'x'.repeat(3_000_000)
  const origin = await startOrigin(t, 'api.mailer.test', {
    answer: (_request, response, content) => response.end(content),
  })
  const cordon = await startCordon(t, {
    routes: [{ host: origin.host, connectTo: `127.0.0.1:${origin.port}`, value: 's3cret' }],
  })

  const answer = await send(t, cordon, origin.authority, 'POST /echo', big)

  assert.equal(answer.status, 200)
  assert.equal(answer.content.length, big.length)
  assert.equal(answer.content, big)
})

test('a missing secret is told in one sentence, and nothing reaches the origin', async (t) => {
  const origin = await startOrigin(t, 'api.openai.com')
  const cordon = await startCordon(t, {
    routes: [{ name: 'openai', host: origin.host, connectTo: `127.0.0.1:${origin.port}` }],
  })

  const answer = await send(t, cordon, origin.authority, 'POST /v1/responses', '{}')

  assert.equal(answer.status, 400)
  const { error } = JSON.parse(answer.content)
  assert.equal(error.code, 'cordon_secret_missing')
  assert.match(
    error.message,
    /^cordon: The credential of the route openai is not there: .* To mend it, run `cordon secret set openai`\.$/,
  )
  assert.match(answer.fields['proxy-status'] ?? '', /^cordon; error=proxy_configuration_error; details="/)
  assert.equal(origin.received(), 0)
})

test('a routed CONNECT without a token gets 407 on a connection that stays open', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, {
    routes: [{ host: origin.host, connectTo: `127.0.0.1:${origin.port}`, value: 's3cret' }],
  })

  const { status, head, socket } = await openTunnel(t, cordon, origin.authority, { authorization: undefined })

  assert.equal(status, 407)
  assert.match(head, /proxy-authenticate: Basic realm="cordon"/i)
  assert.match(head, /connection: keep-alive/i)
  assert.equal(socket.destroyed, false)
})

test('a wrong token is told inside the tunnel', async (t) => {
  const origin = await startOrigin(t, 'api.openai.com')
  const cordon = await startCordon(t, {
    routes: [{ host: origin.host, connectTo: `127.0.0.1:${origin.port}`, value: 's3cret' }],
  })

  const secure = await openIntercepted(t, cordon, origin.authority, {
    authorization: `Basic ${Buffer.from('test:wrong').toString('base64')}`,
  })
  secure.write('GET /v1/models HTTP/1.1\r\nHost: api.openai.com\r\n\r\n')
  const [first] = await Array.fromAsync(secure.take(1))

  assert.match(String(first), /^HTTP\/1\.1 400 .*cordon_token_unknown/s)
  assert.equal(origin.received(), 0)
})

test('a web page of another site gets no credential, nor is its request sent without one', async (t) => {
  const origin = await startOrigin(t, 'api.github.com')
  const cordon = await startCordon(t, {
    routes: [{ name: 'github', host: origin.host, connectTo: `127.0.0.1:${origin.port}`, value: 's3cret' }],
  })
  const from = (site: string) =>
    send(t, cordon, origin.authority, `GET /user/repos\nOrigin: https://evil.test\nSec-Fetch-Site: ${site}`)

  const refused = [await from('cross-site'), await from('same-site')]
  const before = origin.received()
  const passed = [await from('same-origin'), await from('none')]

  assert.deepEqual(
    [...refused, ...passed].map(({ status }) => status),
    [403, 403, 200, 200],
  )
  assert.equal(before, 0)
  assert.match(refused[0]?.content ?? '', /cordon: A web page of another origin asked, and the route github is for/)
})
