import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CordonError } from '../../src/base/error.ts'
import { exchangeRaw, openIntercepted, openTunnel, routeTo, send, startCordon, startOrigin } from '../world.ts'

const names = ['one.mailer.test', 'two.mailer.test', 'evil.test'] as const

test('a request passes only where CONNECT, server name and Host agree; else it is 421 and no origin hears of it', async (t) => {
  const one = await startOrigin(t, names[0])
  const two = await startOrigin(t, names[1])
  const cordon = await startCordon(t, {
    routes: [routeTo(one, { value: 's3cret-one' }), routeTo(two, { value: 's3cret-two' })],
  })

  for (const origin of [one, two])
    for (const serverName of names)
      for (const host of names) {
        const before = one.received() + two.received()
        const socket = await openIntercepted(t, cordon, origin.authority, { serverName })
        const answer = await exchangeRaw(socket, `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)

        const isSame = serverName === origin.host && host === origin.host
        assert.equal(answer.status, isSame ? 200 : 421, `${origin.host} ${serverName} ${host}`)
        if (!isSame) assert.equal(one.received() + two.received(), before)
      }
  assert.deepEqual(
    [one, two].map(({ requests }) => requests.map(({ fields }) => `${fields['host']} ${fields['authorization']}`)),
    [['one.mailer.test Bearer s3cret-one'], ['two.mailer.test Bearer s3cret-two']],
  )
})

test('case, the default port and a trailing dot do not make another authority', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const connects = ['api.mailer.test:443', 'API.Mailer.TEST:443', 'api.mailer.test.:443']
  const hosts = [
    'api.mailer.test',
    'API.MAILER.TEST',
    'api.mailer.test.',
    'api.mailer.test:443',
    'Api.Mailer.Test.:443',
  ]

  for (const authority of connects)
    for (const host of hosts) {
      const socket = await openIntercepted(t, cordon, authority, { serverName: 'API.mailer.test' })
      const answer = await exchangeRaw(socket, `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
      assert.equal(answer.status, 200, `${authority} ${host}`)
    }

  assert.deepEqual([...new Set(origin.requests.map(({ fields }) => fields['host']))], ['api.mailer.test'])
})

test('a Host that only looks like the authority is refused', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const others = {
    421: ['api.mailer.test:80', 'api.mailer.test:8443', 'xapi.mailer.test', 'mailer.test', '127.0.0.1', '[::1]'],
    400: [
      'api.mailer.test:s3cret@evil.test',
      'evil.test@api.mailer.test',
      'api.mailer.test:443:443',
      'api.mailer.test:0443',
      'api.mailer.test:',
      'api.mailer.test/',
      'api.mailer.test?',
      'api.mailer.test#',
      'api.mailer.test..',
      'api.mailer.test,evil.test',
      'api.mailer.test evil.test',
      'https://api.mailer.test',
      'api%2emailer.test',
      'api.mailer.test%00',
      '[api.mailer.test]',
      '2130706433',
      '0x7f.1',
    ],
  }

  for (const [status, hosts] of Object.entries(others))
    for (const host of hosts) {
      const socket = await openIntercepted(t, cordon, origin.authority)
      const answer = await exchangeRaw(socket, `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
      assert.equal(answer.status, Number(status), host)
    }

  assert.equal(origin.received(), 0)
})

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

test('a CONNECT for which no leaf can be made is refused before it is accepted', async (t) => {
  const origin = await startOrigin(t, 'api.mailer.test')
  const leaves = {
    contextFor(): never {
      throw new CordonError('ca_expired', 'The CA of the test was valid until yesterday.')
    },
  }
  const cordon = await startCordon(t, { routes: [routeTo(origin)], values: { leaves } })

  const { status, head } = await openTunnel(t, cordon, origin.authority)

  assert.equal(status, 400)
  assert.match(head, /details="The CA of the test was valid until yesterday\."/)
})
