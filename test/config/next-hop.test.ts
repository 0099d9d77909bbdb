import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSecureContext } from 'node:tls'
import { parseConfig } from '../../src/config/load.ts'
import { nextHopOf } from '../../src/config/next-hop.ts'
import { nextHopTo } from '../../src/proxy/next-hop.ts'
import { hostOf } from '../world.ts'

const choose = (env: NodeJS.ProcessEnv, network = '') =>
  nextHopOf(parseConfig(`listen = 6790\n[network]\n${network}\n`, 'x'), { env, context: () => createSecureContext() })

const placeOf = (env: NodeJS.ProcessEnv, network = '') => {
  const { nextHop } = choose(env, network)
  return nextHop && `${nextHop.at.host}:${nextHop.at.port}`
}

test('the file counts before the environment, and the capital letters before the small ones', () => {
  assert.equal(placeOf({}), undefined)
  assert.equal(placeOf({ HTTPS_PROXY: '' }), undefined)
  assert.equal(placeOf({ https_proxy: 'http://a.test:3128' }), 'a.test:3128')
  assert.equal(placeOf({ HTTPS_PROXY: 'http://b.test:3128', https_proxy: 'http://a.test:3128' }), 'b.test:3128')
  assert.equal(placeOf({ HTTPS_PROXY: 'http://b.test:3128' }, 'proxy = "https://c.test"'), 'c.test:443')
  assert.equal(placeOf({ HTTPS_PROXY: 'b.test' }), 'b.test:80')
  assert.equal(placeOf({ HTTPS_PROXY: 'http://[2001:db8::1]:3128/' }), '2001:db8::1:3128')
})

test('exceptions of the file hold for either, those of NO_PROXY for the proxy of the environment alone', () => {
  const target = (name: string) => ({ host: hostOf(name), port: 443 })
  const env = { HTTPS_PROXY: 'http://b.test:3128', NO_PROXY: 'x.test, .y.test <local> z.test:443' }
  const both = choose(env, 'no_proxy = ["f.test"]').nextHop
  const fromFile = choose(env, 'proxy = "http://c.test"\nno_proxy = ["f.test"]').nextHop

  for (const name of ['x.test', 'a.y.test', 'z.test', 'f.test', 'localhost', '127.0.0.1', '::1', '0.0.0.0'])
    assert.equal(nextHopTo(target(name), both), undefined, name)
  for (const name of ['f.test', 'a.localhost', '127.9.9.9', '::ffff:7f00:1'])
    assert.equal(nextHopTo(target(name), fromFile), undefined, name)
  assert.equal(nextHopTo(target('a.test'), both), both)
  assert.equal(nextHopTo(target('x.test'), fromFile), fromFile)
  assert.equal(placeOf({ HTTPS_PROXY: 'socks5://b.test' }, 'no_proxy = ["*"]'), undefined)
})

test('a cordon in the environment is told of and not used, be it this one or another', () => {
  const token = 'a'.repeat(43)
  for (const url of [
    'http://127.0.0.1:6790',
    'http://localhost:6790',
    `http://proj-0a1b2c3d:${token}@127.0.0.1:6790`,
    `http://user:${token}@127.0.0.1:20001`,
  ]) {
    const { nextHop, notice } = choose({ HTTPS_PROXY: url })
    assert.equal(nextHop, undefined, url)
    assert.match(notice ?? '', /^HTTPS_PROXY of this shell is a cordon, (127\.0\.0\.1|localhost):/)
    assert.ok(!notice?.includes(token))
  }
  assert.equal(placeOf({ HTTPS_PROXY: 'http://sam:hunter2@127.0.0.1:3128' }), '127.0.0.1:3128')
})

test('user name and password of the URL become Basic, percent-decoded, and are shown nowhere', () => {
  const choice = choose({ HTTPS_PROXY: 'http://s%40m:p%3Ass%20w%C3%B6rd@b.test:3128' })

  assert.equal(choice.nextHop?.authorization?.reveal(), `Basic ${Buffer.from('s@m:p:ss wörd').toString('base64')}`)
  assert.doesNotMatch(JSON.stringify(choice), /ss w|cDpz|Basic/)
})

test('what is no URL of an HTTP proxy is a failure that does not show it', () => {
  for (const url of [
    'socks5://sam:hunter2@b.test',
    'http://sam:hunter2@b.test/path',
    'http://',
    'http://sam:%zz@b.test',
    'http://sam:a%0d%0ab@b.test',
  ])
    assert.throws(
      () => choose({ HTTPS_PROXY: url }),
      (thrown: Error) => 'code' in thrown && thrown.code === 'config_proxy' && !/hunter2|sam/.test(thrown.message),
      url,
    )
})
