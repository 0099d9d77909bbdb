import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSecureContext } from 'node:tls'
import { inspect } from 'node:util'
import { CordonError } from '../../src/base/error.ts'
import { parseConfig } from '../../src/config/load.ts'
import { type NextHopChoice, type NextHopGround, nextHopOf } from '../../src/config/next-hop.ts'
import { nextHopTo } from '../../src/proxy/next-hop.ts'
import { Secret } from '../../src/secrets/secret.ts'
import { hostOf } from '../world.ts'

const noSecrets: NextHopGround['secrets'] = {
  fetch: (place) => Promise.reject(new Error(`asked for ${place.account}`)),
}

const choose = (env: NodeJS.ProcessEnv, network = '', secrets = noSecrets) =>
  nextHopOf(parseConfig(`listen = 6790\n[network]\n${network}\n`, 'x'), {
    env,
    context: () => createSecureContext(),
    secrets,
    commandSuffix: ' --scope user',
  })

const valueOf = async ({ nextHop }: NextHopChoice) => (await nextHop?.authorization?.())?.reveal()

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

test('user name and password of the URL become Basic, percent-decoded, and are shown nowhere', async () => {
  const choice = choose({ HTTPS_PROXY: 'http://s%40m:p%3Ass%20w%C3%B6rd@b.test:3128' })

  assert.equal(await valueOf(choice), `Basic ${Buffer.from('s@m:p:ss wörd').toString('base64')}`)
  assert.doesNotMatch(inspect(choice, { depth: 9 }), /ss w|cDpz|Basic/)
})

const withAuth = `proxy = "http://c.test:3128"
proxy_auth = { username = "sam", secret = { source = "age", account = "company" } }`

test('the password of proxy_auth is read anew each time, and that of HTTPS_PROXY goes to its own proxy alone', async () => {
  const passwords = ['first', 'second']
  const secrets = { fetch: async () => new Secret(passwords.shift() ?? '') }
  const env = { HTTPS_PROXY: 'http://eve:other@b.test:3128' }

  const withPassword = choose(env, withAuth, secrets)
  const without = choose(env, 'proxy = "http://c.test:3128"')

  assert.equal(await valueOf(withPassword), `Basic ${btoa('sam:first')}`)
  assert.equal(await valueOf(withPassword), `Basic ${btoa('sam:second')}`)
  assert.equal(without.nextHop?.authorization, undefined)
  assert.match(without.nextHop?.denialHint ?? '', /`\[network\] proxy_auth`/)
  assert.match(withPassword.nextHop?.denialHint ?? '', /`cordon secret set network\.proxy --scope user`/)
})

test('a password that is not there is told with the command that stores it', async () => {
  const missing = new CordonError('secret_missing', 'There is no secret "company" in the store.')

  const choice = choose({}, withAuth, { fetch: () => Promise.reject(missing) })

  await assert.rejects(valueOf(choice), {
    code: 'secret_missing',
    message: 'The password for the proxy before cordon is not there: There is no secret "company" in the store.',
    hint: 'run `cordon secret set network.proxy --scope user`',
  })
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
