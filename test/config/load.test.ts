import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { CordonErrors } from '../../src/base/error.ts'
import { ConfigFault, loadConfig, parseConfig } from '../../src/config/load.ts'

const least = 'listen = 6790\n'
const auth = 'auth = { type = "basic", username = "sam", secret = { source = "age", account = "a" } }\n'
const route = (name: string, host: string, more = '') =>
  `[[routes]]\nname = "${name}"\nmatch.host = "${host}"\n${more}${auth}`

test('a file says as little as it can, and the rest has defaults', () => {
  const config = parseConfig(least, '/etc/x/cordon.toml')

  assert.deepEqual(config, {
    path: '/etc/x/cordon.toml',
    listen: 6790,
    tls: { enabled: true, caCert: undefined, caKey: undefined, trust: [] },
    routes: [],
    network: {
      allow: [],
      proxy: undefined,
      proxyAuth: undefined,
      noProxy: [],
      connectTimeoutMs: 10_000,
      idleTimeoutMs: undefined,
    },
    secrets: { timeoutMs: 10_000 },
  })
})

test('a file says everything, in canonical form', () => {
  const text = `listen = 6790
tls = { ca_cert_path = "certs/ca.pem", ca_key_path = "/abs/key.pem", trust = ["corp.pem"] }
network.proxy = "http://Proxy.corp.test:3128"
network.proxy_auth = { username = "sam", secret = { source = "age", account = "proxy" } }
network.no_proxy = [".intern.test"]
network.connect_timeout = 2.5
network.idle_timeout = 3600
network.allow = ["Printer.Local.", "*.Example.com", "10.0.0.0/8", "fd00:0::/8", "::0:1", "192.168.1.1"]
secrets.timeout = 0.25
[[routes]]
name = "one"
connect_to = "[::1]:8443"
allow_cleartext = true
[routes.match]
host = "*.Example.COM."
port = [8443, 443, 8443]
paths = ["/v1", "/a%2Fb/"]
methods = ["get", "M-SEARCH"]
[routes.auth]
type = "header"
header_name = "X-Key"
[routes.auth.secret]
source = "keyring"
account = "one"
`
  const config = parseConfig(text, '/etc/x/cordon.toml')

  assert.deepEqual(config, {
    path: '/etc/x/cordon.toml',
    listen: 6790,
    tls: { enabled: true, caCert: '/etc/x/certs/ca.pem', caKey: '/abs/key.pem', trust: ['/etc/x/corp.pem'] },
    routes: [
      {
        name: 'one',
        match: {
          host: { kind: 'below', parent: 'example.com' },
          ports: [8443, 443],
          paths: ['/v1', '/a%2Fb/'],
          methods: ['GET', 'M-SEARCH'],
        },
        auth: { type: 'header', headerName: 'X-Key', scheme: undefined },
        secret: { source: 'keyring', service: 'cordon', account: 'one' },
        connectTo: { host: '::1', port: 8443 },
        allowCleartext: true,
      },
    ],
    network: {
      allow: ['printer.local', '*.example.com', '10.0.0.0/8', 'fd00::/8', '::1', '192.168.1.1'],
      proxy: { scheme: 'http', at: { host: 'proxy.corp.test', port: 3128 }, credentials: undefined },
      proxyAuth: { username: 'sam', secret: { source: 'age', account: 'proxy' } },
      noProxy: [{ kind: 'hosts', hosts: [{ kind: 'below', parent: 'intern.test' }], port: undefined }],
      connectTimeoutMs: 2500,
      idleTimeoutMs: 3_600_000,
    },
    secrets: { timeoutMs: 250 },
  })
})

test('a file that is not there is told with the command that makes one', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-load-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'cordon.toml')

  assert.throws(() => loadConfig(path), { code: 'config_missing', hint: 'make one with `cordon setup`' })
  writeFileSync(path, `\uFEFF${least}`)
  assert.equal(loadConfig(path).path, path)
})

test('all faults are told at once, each with its line, the text under it and the word that was meant', () => {
  const text = `listen = 70000

[[routes]]
name = "openai"
match.host = "https://api.openai.com/v1"
[routes.auth]
type = "header"
header_nam = "Authorization"
scheme = "Bearer"
[routes.auth.secret]
sorce = "keyring"

[[routes]]
name = "openai"
match = { host = "b.test" }
auth = { type = "basc", username = "sam", secret = { source = "age" } }
`
  assert.equal(
    told(text),
    `cordon.toml has 7 faults.
cordon.toml:1: listen must be at most 65535.
    1 | listen = 70000
                 ^^^^^
cordon.toml:5: host "https://api.openai.com/v1" must be a host name alone, not a URL.
    5 | match.host = "https://api.openai.com/v1"
                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^
    did you mean api.openai.com?
cordon.toml:8: "header_nam" is not a key of routes.auth.
    8 | header_nam = "Authorization"
        ^^^^^^^^^^
    did you mean header_name?
cordon.toml:10: "source" of routes.auth.secret is missing.
    10 | [routes.auth.secret]
         ^^^^^^^^^^^^^^^^^^^^
cordon.toml:14: "openai" is the name of an earlier route already.
    14 | name = "openai"
                ^^^^^^^^
cordon.toml:16: type "basc" is not one that cordon knows; it can be "header" or "basic".
    16 | auth = { type = "basc", username = "sam", secret = { source = "age" } }
                         ^^^^^^
    did you mean basic?
cordon.toml:16: "account" of routes.auth.secret is missing.
    16 | auth = { type = "basc", username = "sam", secret = { source = "age" } }
                                                   ^^^^^^`,
  )
})

test('a fault is facts for a program, too', () => {
  const [fault] = faultsOf('listen = 6790\n[tls]\n\tenabld = true\n')

  assert.deepEqual(JSON.parse(JSON.stringify(fault)), {
    code: 'unknown_key',
    file: join(process.cwd(), 'cordon.toml'),
    line: 3,
    column: 2,
    length: 6,
    excerpt: ' enabld = true',
    sentence: '"enabld" is not a key of tls.',
    meant: 'enabled',
  })
})

/** What is written below `listen`, the line of the first fault, and what its sentence says. */
const faulty: readonly (readonly [text: string, line: number, sentence: RegExp])[] = [
  ['listn = 1', 2, /^"listn" is not a key of this file/],
  ['[[listeners]]\nname = "db"', 2, /^"listeners" cannot stand here: listeners for databases are not supported yet/],
  ['[[secrets.providers]]\ntype = "1password"', 2, /^"providers" cannot stand here: .* not supported yet/],
  ['constructor = 1', 2, /^"constructor" is not a key/],
  ['"__proto__" = 1', 2, /^"__proto__" is not a key/],
  ['tls = true', 2, /^tls must be a table, not true or false/],
  ['[tls]\nenabled = 1', 3, /^enabled must be true or false, not a number/],
  ['[tls]\ntrust = "a.pem"', 3, /^trust must be a list, not text/],
  ['[tls]\ntrust = ["~/a.pem"]', 3, /^trust "~\/a.pem" is taken as it is written/],
  ['[tls]\nca_cert_path = "a.pem"', 3, /^ca_cert_path needs ca_key_path/],
  ['[secrets]\ntimeout = 0', 3, /^timeout must be at least 0.05/],
  ['[secrets]\ntimeout = 301', 3, /^timeout must be at most 300/],
  ['[secrets]\ntimeout = nan', 3, /^timeout must be a number/],
  ['[network]\nallow = [\n"10.0.0.0/33"]', 4, /^allow "10.0.0.0\/33" is no range/],
  ['[network]\nproxy = "http://sam:hunter2@proxy.test:3128"', 3, /^proxy must hold no user name and no password/],
  [
    '[network]\nproxy_auth = { username = "sam", secret = { source = "age", account = "p" } }',
    3,
    /^proxy_auth needs proxy/,
  ],
  [proxyAuth('"sam:hunter2"'), 4, /^proxy_auth must be a table, not text/],
  [proxyAuth('{ username = "sam", secret = "hunter2" }'), 4, /^secret must be a table that says where the secret lies/],
  [
    proxyAuth('{ username = "sam", password = "x", secret = { source = "age", account = "p" } }'),
    4,
    /^"password" is not a key of network.proxy_auth/,
  ],
  [proxyAuth('{ username = "sam" }'), 4, /^"secret" of network.proxy_auth is missing/],
  [
    proxyAuth('{ username = "sam:hunter2", secret = { source = "age", account = "p" } }'),
    4,
    /^username can hold no ":"/,
  ],
  ['[network]\nproxy = "proxy.test:3128"', 3, /^proxy "proxy.test:3128" must begin with "http:\/\/"/],
  ['[network]\nproxy = "socks5://proxy.test"', 3, /^proxy "socks5:\/\/proxy.test" must be the URL of an HTTP proxy/],
  ['[network]\nproxy = "http://127.0.0.1:6790"', 3, /^proxy leads back to cordon itself/],
  ['[network]\nno_proxy = ["a b"]', 3, /^no_proxy "a b" is neither/],
  ['[network]\nconnect_timeout = 0', 3, /^connect_timeout must be at least 0.05/],
  ['[network]\nidle_timeout = 0', 3, /^idle_timeout must be at least 1/],
  ['[network]\nallow = ["a b"]', 3, /^allow "a b" is neither a host name/],
  ['[network]\nallow = ["*.10.0.0.1"]', 3, /^allow .* is neither a host name/],
  ['routes = 1', 2, /^routes must be a list, not a number/],
  ['[routes]', 2, /^routes must be a list, not a table/],
  [`routes = [\n  { name = "a", ${auth.trim()} },\n]`, 3, /^"match" of routes is missing/],
  [route('network.proxy', 'a.test'), 3, /^name "network.proxy" is what commands call the proxy of \[network\] by/],
  [`[[routes]]\nname = "a b"\nmatch.host = "a.test"\n${auth}`, 3, /^name "a b" must be up to 64 letters/],
  [`[[routes]]\nmatch.host = "a.test"\n${auth}`, 2, /^"name" of routes is missing/],
  [`[[routes]]\nname = "a"\nhost = "a.test"\nmatch.host = "a.test"\n${auth}`, 4, /^"host" is not a key of routes/],
  [`[[routes]]\nname = "a"\n${auth}[routes.match]\nport = 1`, 5, /^"host" of routes.match is missing/],
  [route('a', 'a.test:443'), 4, /^host "a.test:443" must be a host name alone; a port goes into match.port/],
  [route('a', '2130706433'), 4, /^host "2130706433" is neither a host name nor an IP address/],
  [route('a', 'api.*.test'), 4, /^host "api.\*.test" can have a "\*" only as its whole first label/],
  [route('a', '*.com'), 4, /^host "\*.com" covers a whole top-level domain/],
  [route('a', '*.10.0.0.1'), 4, /^host .* must have a domain name after/],
  [route('a', 'a.test', 'match.port = 0\n'), 5, /^port must be at least 1/],
  [route('a', 'a.test', 'match.port = 443.5\n'), 5, /^port must be a whole number or a list, not a fraction/],
  [route('a', 'a.test', 'match.port = "443"\n'), 5, /^port must be a number or a list, not text/],
  [route('a', 'a.test', 'match.port = [443,\n 70000]\n'), 6, /^port must be at most 65535/],
  [route('a', 'a.test', 'match.port = []\n'), 5, /^port must not be empty/],
  [route('a', 'a.test', 'match.paths = []\n'), 5, /^paths must not be empty/],
  [route('a', 'a.test', 'match.paths = ["v1"]\n'), 5, /^paths "v1" must begin with "\/"/],
  [route('a', 'a.test', 'match.paths = ["/a?b"]\n'), 5, /^paths "\/a\?b" must be a path without a query/],
  [route('a', 'a.test', 'match.paths = ["/a/%2e%2e/b"]\n'), 5, /^paths .* has a segment that origins take away/],
  [route('a', 'a.test', 'match.paths = ["/ä"]\n'), 5, /^paths "\/ä" must be percent-encoded/],
  [route('a', 'a.test', 'match.methods = ["G T"]\n'), 5, /^methods "G T" is no HTTP method/],
  [route('a', 'a.test', 'connect_to = "b.test"\n'), 5, /^connect_to "b.test" must be "host:port"/],
  [route('a', 'a.test', 'connect_to = "127.0.0.1:6790"\n'), 5, /^connect_to leads back to cordon itself/],
  [route('a', 'a.test', 'allow_cleartext = true\n'), 5, /^allow_cleartext is for an origin on loopback alone/],
  [route('a', '127.0.0.1', 'allow_cleartext = true\nconnect_to = "a.test:80"\n'), 5, /^allow_cleartext is for/],
  [`tls.enabled = false\n${route('a', 'a.test')}`, 2, /^enabled must be true: requests of a come over HTTPS/],
  [
    header('header_name = "Authorization"'),
    6,
    /^"scheme" of routes.auth is required when header_name is "Authorization"/,
  ],
  [header('header_name = "authorization"'), 6, /^"scheme" of routes.auth is required/],
  [header('scheme = "Bearer"'), 6, /^"header_name" of routes.auth is missing/],
  [header('header_name = "Transfer-Encoding"'), 7, /^header_name "Transfer-Encoding" is a field of the connection/],
  [header('header_name = "proxy-authorization"'), 7, /^header_name "proxy-authorization" is for proxies/],
  [header('header_name = "X Key"'), 7, /^header_name must be the name of a field alone/],
  [header('header_name = "X-Key"\nscheme = "Bearer "'), 8, /^scheme must be one word/],
  [header('header_name = "X-Key"\nusername = "sam"'), 8, /^"username" does not go with type = "header"/],
  [`${route('a', 'a.test').replace('"sam"', '"sam:x"')}`, 5, /^username can hold no ":"/],
  [
    `${route('a', 'a.test').replace('"basic"', '"bearer"')}`,
    5,
    /^type "bearer" is now type = "header" with header_name/,
  ],
  [`${route('a', 'a.test').replace('"age"', '"1password"')}`, 5, /^source "1password" is not supported yet/],
  [`${route('a', 'a.test').replace('"age"', '"vault"')}`, 5, /^source "vault" is not one that cordon knows/],
  [
    `${route('a', 'a.test').replace('"age", account = "a"', '"keyring", account = "a", decode = "x"')}`,
    5,
    /^decode "x" is/,
  ],
  [`${route('a', 'a.test').replace('account = "a"', 'account = ""')}`, 5, /^account "" must not be empty/],
  [
    `${route('a', 'a.test').replace('account = "a"', 'account = "a", service = "x"')}`,
    5,
    /^"service" does not go with source/,
  ],
  ['b = \n', 2, /^This is not TOML: /],
  ['[tls]\nenabled = true\nenabled = true', 4, /^This is not TOML: .*redefine/],
  ['[tls', 2, /^This is not TOML: /],
]

/** A `proxy_auth` in line 4 of the file. */
function proxyAuth(value: string): string {
  return `[network]\nproxy = "http://proxy.test:3128"\nproxy_auth = ${value}`
}

/** A route whose `[routes.auth]` is in line 6 of the file, and begins with `keys`. */
function header(keys: string): string {
  const rest = 'type = "header"\nsecret = { source = "age", account = "a" }'
  return `[[routes]]\nname = "a"\nmatch.host = "a.test"\n# how\n[routes.auth]\n${keys}\n${rest}\n`
}

for (const [text, line, sentence] of faulty) {
  test(`${JSON.stringify(text.slice(0, 70))} is a fault: ${sentence.source}`, () => {
    const faults = faultsOf(`${least}${text}`)

    assert.deepEqual(
      faults.map((fault) => fault.line),
      [line],
      told(`${least}${text}`),
    )
    assert.match(faults[0]?.sentence ?? '', sentence)
  })
}

test('a missing key at the top points at the first line', () => {
  const [fault] = faultsOf('# hi\n')

  assert.deepEqual([fault?.line, fault?.sentence, fault?.code], [1, '"listen" is missing.', 'missing_key'])
  assert.equal(faultsOf('')[0]?.line, 1)
})

test('a route that an earlier one leaves nothing to is a fault', () => {
  const never = [
    [route('a', 'a.test'), route('b', 'A.test.')],
    [route('a', '*.x.test'), route('b', 'a.x.test', 'match.paths = ["/v1"]\n')],
    [route('a', '*.x.test'), route('b', '*.y.x.test')],
    [route('a', 'a.test', 'match.port = [443, 80]\n'), route('b', 'a.test', 'match.port = 80\n')],
    [route('a', 'a.test', 'match.paths = ["/v1"]\n'), route('b', 'a.test', 'match.paths = ["/v1/x"]\n')],
    [route('a', 'a.test', 'match.paths = ["/"]\n'), route('b', 'a.test')],
    [route('a', 'a.test', 'match.methods = ["GET", "PUT"]\n'), route('b', 'a.test', 'match.methods = ["put"]\n')],
  ]
  for (const [first, second] of never) {
    const [fault, ...others] = faultsOf(`${least}${first}${second}`)
    assert.match(fault?.sentence ?? '', /^No request can reach this route: the earlier route "a" takes them all/)
    assert.deepEqual(others, [])
  }
})

test('a route that an earlier one leaves something to is none', () => {
  const sound = [
    [route('a', 'a.test'), route('b', 'b.test')],
    [route('a', 'a.x.test'), route('b', '*.x.test')],
    [route('a', '*.x.test'), route('b', 'x.test')],
    [route('a', 'a.test', 'match.port = 80\n'), route('b', 'a.test', 'match.port = [80, 443]\n')],
    [route('a', 'a.test', 'match.paths = ["/v1"]\n'), route('b', 'a.test', 'match.paths = ["/v10"]\n')],
    [route('a', 'a.test', 'match.paths = ["/v1"]\n'), route('b', 'a.test')],
    [route('a', 'a.test', 'match.methods = ["GET"]\n'), route('b', 'a.test')],
  ]
  for (const [first, second] of sound) assert.equal(parseConfig(`${least}${first}${second}`, 'x').routes.length, 2)
})

test('an origin on loopback may have its credential in the clear', () => {
  for (const [host, more] of [
    ['localhost', ''],
    ['127.8.0.1', ''],
    ['[::1]', ''],
    ['*.a.test', 'connect_to = "127.0.0.1:80"\n'],
  ] as const) {
    const [one] = parseConfig(`${least}${route('a', host, `allow_cleartext = true\n${more}`)}`, 'x').routes
    assert.equal(one?.allowCleartext, true)
  }
})

test('a secret in the wrong place is never shown', () => {
  const wrong = [
    'auth.secret = "hunter2"',
    'auth.token = "hunter2"',
    'auth = { type = "header", header_nam = "X", secret = "hunter2" }',
    'auth = { type = "bearer", token = "hunter2" }',
    'auth.scheme = "Bearer hunter2"\nauth.type = "header"',
    'auth = { type = "headr", scheme = "Bearer hunter2" }',
    'auth.username = "sam:hunter2"\nauth.type = "basic"',
    'auth.header_name = "Authorization: Bearer hunter2"\nauth.type = "header"',
    'auth = "hunter2"',
    'connect_to = "sam:hunter2@a.test:1"',
    'match.host = "https://sam:hunter2@a.test/"',
    'password = hunter2',
    '[routes.env]\nKEY = "hunter2"',
    'env = { KEY = "hunter2" }',
    'auth.secret = sk-proj-hunter2hunter2hunter2',
    'name = "sk-proj-hunter2hunter2hunter2 "',
    'auth.secret.account = ["sk-proj-hunter2hunter2hunter2"]',
  ]
  for (const line of wrong) {
    const text = `${least}[[routes]]\n${line}\n`
    const all = `${told(text)}${JSON.stringify(faultsOf(text))}`
    assert.doesNotMatch(all, /hunter2/, line)
  }
  for (const value of [
    '"sam:hunter2"',
    '{ username = "sam:hunter2" }',
    '{ username = "sam", secret = "hunter2" }',
    '{ username = "sam", password = "hunter2" }',
    'sam:hunter2',
  ]) {
    const text = `${least}${proxyAuth(value)}`
    assert.doesNotMatch(`${told(text)}${JSON.stringify(faultsOf(text))}`, /hunter2/, value)
  }
})

test('a veil keeps the mark below the right word', () => {
  const [, fault] = faultsOf(`${least}env = { KEY = "a longer value" }\n[tls]\nx = "value"\n`)
  const [, last] = faultsOf(`${least}tls = { key = "a longer value", port = 1, enabld = true, trust = 1 }\n`)

  assert.equal(fault?.message.split('\n').slice(1).join('\n'), '    4 | x = ********\n        ^')
  assert.equal(last?.excerpt, 'tls = { key = ********, port = 1, enabld = true, trust = 1 }')
})

test('what a terminal would act on is not printed', () => {
  const [fault] = faultsOf('listen = 1\nname = "\u001b[31m"\n')

  assert.doesNotMatch(fault?.message ?? '', /\u001b/)
})

function faultsOf(text: string): ConfigFault[] {
  const thrown = caught(text)
  return thrown.all.filter((fault) => fault instanceof ConfigFault)
}

/** All that a person reads of a faulty file. */
function told(text: string): string {
  const thrown = caught(text)
  return [thrown, ...thrown.all].map(({ message }) => message).join('\n')
}

function caught(text: string): CordonErrors {
  try {
    parseConfig(text, 'cordon.toml')
  } catch (thrown) {
    if (thrown instanceof CordonErrors && thrown.code === 'config_faulty') return thrown
    throw thrown
  }
  throw new assert.AssertionError({ message: `nothing is wrong with\n${text}` })
}
