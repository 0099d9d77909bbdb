import assert from 'node:assert/strict'
import { test } from 'node:test'
import { environmentOf, replacedProxy, variablesOf } from '../../src/config/environment.ts'

const certs = { caCert: '/c/ca.pem', bundle: '/c/bundle.pem', trustStore: '/c/store.p12' }
const token = 'client-token-0123456789abcdefghijklmnopqrst'
const proxyUrl = `http://user:${token}@127.0.0.1:6790`
const withBefore = (before: NodeJS.ProcessEnv) => environmentOf({ certs, proxyUrl, before })

test('every variable has a name of its own, readers and a reason', () => {
  const variables = variablesOf({ certs, proxyUrl, before: {} })

  assert.equal(new Set(variables.map(({ name }) => name)).size, variables.length)
  for (const { name, readers, why } of variables) assert.ok(readers !== '' && why !== '', name)
})

test('the contract in a shell that has it already is the same contract', () => {
  const before = { NO_PROXY: '.corp,10.0.0.0/8', JAVA_TOOL_OPTIONS: '-Xmx1g', NODE_EXTRA_CA_CERTS: '/corp.pem' }
  const once = withBefore(before)

  assert.deepEqual(withBefore(once), once)
  const moved = environmentOf({ certs, proxyUrl: proxyUrl.replace('6790', '7000'), before: once })
  assert.equal(moved['JAVA_TOOL_OPTIONS'], once['JAVA_TOOL_OPTIONS']?.replaceAll('6790', '7000'))
})

test('the exceptions of a shell become those of the JVM, as far as its list can say them', () => {
  const options = withBefore({ no_proxy: ".corp, *.lan,build.test,10.0.0.0/8,it's" })['JAVA_TOOL_OPTIONS']

  assert.match(
    options ?? '',
    / -Dhttp\.nonProxyHosts=localhost\|127\.0\.0\.1\|\[::1\]\|\*\.corp\|\*\.lan\|build\.test /,
  )
})

test('exceptions of either spelling hold in both, with commas or blanks between them', () => {
  const { NO_PROXY, no_proxy } = withBefore({ NO_PROXY: '.corp  build.test', no_proxy: '.lan,.corp' })

  assert.equal(NO_PROXY, 'localhost,127.0.0.1,::1,.corp,build.test,.lan')
  assert.equal(no_proxy, NO_PROXY)
})

test('a path with a blank is one option of the JVM', () => {
  const odd = { ...certs, trustStore: "/home/o'neil s/store.p12" }

  const options = environmentOf({ certs: odd, proxyUrl, before: {} })['JAVA_TOOL_OPTIONS']

  assert.match(options ?? '', / "-Djavax\.net\.ssl\.trustStore=\/home\/o'neil s\/store\.p12" /)
})

test('the token is in no variable that its reader prints', () => {
  const holders = variablesOf({ certs, proxyUrl, before: {} }).filter(({ value }) => value.includes(token))

  assert.ok(holders.length > 0)
  assert.ok(holders.every(({ name }) => name !== 'JAVA_TOOL_OPTIONS'))
})

test('a proxy of a company is told without its credentials, and a cordon is none', () => {
  const told = [
    { HTTPS_PROXY: 'http://sam:pass@proxy.corp:3128' },
    { https_proxy: 'proxy.corp:3128' },
    { HTTPS_PROXY: 'socks5://proxy.corp' },
    { HTTPS_PROXY: proxyUrl },
    { HTTPS_PROXY: '' },
  ].map((before) => replacedProxy(before, 6790))

  assert.deepEqual(told, [
    { name: 'HTTPS_PROXY', shown: 'http://proxy.corp:3128' },
    { name: 'https_proxy', shown: 'http://proxy.corp:3128' },
    { name: 'HTTPS_PROXY', shown: undefined },
    undefined,
    undefined,
  ])
})
