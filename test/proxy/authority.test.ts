import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CordonError } from '../../src/base/error.ts'
import { exchangeRaw, openIntercepted, openTunnel, routeTo, startCordon, startOrigin } from '../world.ts'

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
