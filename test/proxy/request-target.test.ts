import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exchangeRaw, openIntercepted, openTunnel, routeTo, send, startCordon, startOrigin } from '../world.ts'

test('a tunnel takes a path for its request target and nothing else', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const targets = [
    'https://api.mailer.test/',
    'http://api.mailer.test/',
    'https://evil.test/',
    'http://api.mailer.test@evil.test/',
    'api.mailer.test:443',
    '*',
    '/a#b',
    '/a b',
    '',
  ]

  for (const target of targets) {
    const socket = await openIntercepted(t, cordon, origin.authority)
    const answer = await exchangeRaw(
      socket,
      `GET ${target} HTTP/1.1\r\nHost: api.mailer.test\r\nConnection: close\r\n\r\n`,
    )
    assert.equal(answer.status, 400, target)
  }

  assert.equal(origin.received(), 0)
})

test('a path that can be read in two ways is refused where a route has paths, and the log does not repeat it', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(origin, { paths: ['/v1'] })] })

  for (const path of [
    '/v1/../bots3cret',
    '/v1/%2e%2e/x',
    '/v1/%252e%252e/x',
    '/v1/..%2fx',
    '/v1/..;/x',
    '/v1/%00',
    '/v1\\..\\x',
  ]) {
    const answer = await send(t, cordon, origin.authority, `GET ${path}`)
    assert.equal(answer.status, 400, path)
  }

  assert.equal(origin.received(), 0)
})

test('a CONNECT that names no plain authority is refused, and the log does not repeat it', async (t) => {
  const cordon = await startCordon(t, { routes: [], allow: ['127.0.0.1'] })
  const targets = [
    'user:s3cret@api.mailer.test:443',
    'api.mailer.test@127.0.0.1:443',
    'api.mailer.test',
    'api.mailer.test:',
    'api.mailer.test:0',
    'api.mailer.test:65536',
    'api.mailer.test:443/?key=s3cret',
    'https://api.mailer.test:443',
    'api.mailer.test%00.evil.test:443',
    '0x7f.0.0.1:443',
    '2130706433:443',
    '127.1:443',
    '0177.0.0.1:443',
    '[::1%25lo]:443',
    '[127.0.0.1]:443',
    '::1:443',
    '*',
  ]

  for (const target of targets) {
    const { status } = await openTunnel(t, cordon, target)
    assert.equal(status, 400, target)
  }

  assert.doesNotMatch(JSON.stringify(cordon.log), /s3cret/)
})
