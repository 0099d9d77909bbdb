import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { test } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { dayMs, hourMs } from '../../src/base/clock.ts'
import { type Host, parseHost } from '../../src/base/names.ts'
import { newKey } from '../../src/tls/certificate.ts'
import { mintLeaf, openLeaves } from '../../src/tls/leaf.ts'
import { caIn, folderFor, put, serve } from './place.ts'

const run = promisify(execFile)

const hosts = {
  'a name': host('api.github.test'),
  'a long name': host(`${'a'.repeat(60)}.${'b'.repeat(60)}.test`),
  'an IPv4 address': host('127.0.0.1'),
  'an IPv6 address': host('2001:db8::7'),
  'an IPv6 address of all zeros': host('::'),
}

for (const [kind, name] of Object.entries(hosts)) {
  test(`openssl finds no fault with the leaf of ${kind}, even under its strict rules`, async (t) => {
    const folder = folderFor(t)
    const { ca, caCert } = caIn(folder)
    const leaf = put(folder, 'leaf.pem', mintLeaf(ca, { names: [name], key: newKey(), ...life() }))
    const isAddress = kind.startsWith('an ')

    const named = ['-CAfile', caCert, isAddress ? '-verify_ip' : '-verify_hostname', name]
    const { stdout } = await run('openssl', ['verify', '-x509_strict', '-purpose', 'sslserver', ...named, leaf])

    assert.equal(stdout.trim(), `${leaf}: OK`)
  })
}

test('a leaf says who it is, who says so, and what it is for, in 16 octets of serial number', async (t) => {
  const { ca } = caIn(folderFor(t))

  const leaf = new X509Certificate(mintLeaf(ca, { names: ['api.github.test', '10.0.0.7'], key: newKey(), ...life() }))
  const { stdout } = await run('openssl', [
    'x509',
    '-noout',
    '-text',
    '-in',
    put(folderFor(t), 'leaf.pem', leaf.toString()),
  ])

  assert.equal(leaf.subjectAltName, 'DNS:api.github.test, IP Address:10.0.0.7')
  assert.ok(leaf.checkIssued(ca.certificate) && leaf.verify(ca.certificate.publicKey) && !leaf.ca)
  assert.match(leaf.serialNumber, /^[4-7][0-9A-F]{31}$/)
  const extensions = [
    /X509v3 Key Usage: critical\s+Digital Signature\n/,
    /X509v3 Extended Key Usage: \s+TLS Web Server Authentication\n/,
    /X509v3 Subject Key Identifier: \s+([0-9A-F]{2}:){19}[0-9A-F]{2}\n/,
    /X509v3 Authority Key Identifier: \s+([0-9A-F]{2}:){19}[0-9A-F]{2}\n/,
  ]
  for (const extension of extensions) assert.match(stdout, extension)
})

test('Node accepts the leaf for its host and for no other', async (t) => {
  const { ca } = caIn(folderFor(t))
  const port = await serve(t, openLeaves(ca).contextFor(hosts['a name']))

  const shown = await shownTo(port, 'api.github.test', ca.certPem)
  const mistaken = shownTo(port, 'evil.test', ca.certPem)

  assert.equal(shown.subjectAltName, 'DNS:api.github.test')
  await assert.rejects(mistaken, { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
})

test('Python accepts the leaf of a name and of an address under VERIFY_X509_STRICT', async (t) => {
  const { ca, caCert } = caIn(folderFor(t))
  const leaves = openLeaves(ca)
  const client = `
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
context.verify_flags |= ssl.VERIFY_X509_STRICT
with socket.create_connection(('127.0.0.1', int(sys.argv[2]))) as plain:
    with context.wrap_socket(plain, server_hostname=sys.argv[3]) as secure:
        print(secure.version())`

  for (const name of ['api.github.test', '127.0.0.1']) {
    const port = await serve(t, leaves.contextFor(host(name)))
    const { stdout } = await run('python3', ['-c', client, caCert, String(port), name])

    assert.equal(stdout.trim(), 'TLSv1.3')
  }
})

const java = await run('java', ['-version']).then(
  () => undefined,
  () => 'there is no java here',
)

test('Java accepts the leaf with the CA in its trust store', { skip: java }, async (t) => {
  const folder = folderFor(t)
  const { ca, caCert } = caIn(folder)
  const port = await serve(t, openLeaves(ca).contextFor(hosts['a name']))
  const store = `${folder}/trust.p12`
  const probe = put(
    folder,
    'Probe.java',
    `import java.net.*; import javax.net.ssl.*;
public class Probe {
  public static void main(String[] args) throws Exception {
    var plain = new Socket("127.0.0.1", Integer.parseInt(args[0]));
    var secure = (SSLSocket) ((SSLSocketFactory) SSLSocketFactory.getDefault()).createSocket(plain, args[1], 443, true);
    var parameters = secure.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secure.setSSLParameters(parameters);
    secure.startHandshake();
    System.out.println(secure.getSession().getProtocol());
  }
}`,
  )
  const password = ['-storepass', 'changeit', '-keystore', store]
  await run('keytool', ['-importcert', '-noprompt', '-alias', 'cordon', '-file', caCert, ...password])

  const trust = [`-Djavax.net.ssl.trustStore=${store}`, '-Djavax.net.ssl.trustStorePassword=changeit']
  const { stdout } = await run('java', [...trust, probe, String(port), 'api.github.test'])

  assert.equal(stdout.trim(), 'TLSv1.3')
})

test('a client that knows no more than TLS 1.1 is turned away', async (t) => {
  const { ca } = caIn(folderFor(t))
  const port = await serve(t, openLeaves(ca).contextFor(hosts['a name']))

  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
  const attempt = shownBy(connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...old }))

  await assert.rejects(attempt, { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' })
})

test('a host keeps its context until half of the life of its leaf is gone, or the clock is turned back', (t) => {
  const clock = { time: Date.now(), now: () => clock.time }
  const start = clock.time
  const leaves = openLeaves(caIn(folderFor(t)).ca, clock)
  const contextAt = (time: number) => {
    clock.time = time
    return leaves.contextFor(hosts['a name'])
  }

  const first = contextAt(start)
  const still = contextAt(start + 24 * hourMs - 1)
  const renewed = contextAt(start + 24 * hourMs)
  const turnedBack = contextAt(start - dayMs)

  assert.equal(still, first)
  assert.notEqual(renewed, first)
  assert.notEqual(turnedBack, renewed)
})

test('a leaf is valid from an hour ago for 48 hours, and never longer than its CA', async (t) => {
  const clock = { time: Math.floor(Date.now() / 1000) * 1000, now: () => clock.time }
  const now = clock.time
  const { ca } = caIn(folderFor(t))
  const end = ca.certificate.validToDate.getTime()
  const leaves = openLeaves(ca, clock)

  const leaf = await shownTo(await serve(t, leaves.contextFor(hosts['a name'])), hosts['a name'], ca.certPem)
  clock.time = end - hourMs
  const late = await unverified(await serve(t, leaves.contextFor(hosts['a name'])))
  clock.time = end

  assert.equal(leaf.validFromDate.getTime(), now - hourMs)
  assert.equal(leaf.validToDate.getTime(), now + 48 * hourMs)
  assert.equal(late.validToDate.getTime(), end)
  assert.throws(() => leaves.contextFor(hosts['a name']), { code: 'ca_expired' })
})

test('however many hosts there are, 2000 leaves are kept: those that were used last', (t) => {
  const leaves = openLeaves(caIn(folderFor(t)).ca)
  const name = (number: number) => host(`host-${number}.test`)
  const [first, second] = [leaves.contextFor(name(0)), leaves.contextFor(name(1))]
  for (let number = 2; number < 2000; number++) leaves.contextFor(name(number))

  const firstAgain = leaves.contextFor(name(0))
  leaves.contextFor(name(2000))

  assert.equal(firstAgain, first)
  assert.equal(leaves.contextFor(name(0)), first)
  assert.notEqual(leaves.contextFor(name(1)), second)
})

test('a leaf is made in less than a millisecond', (t) => {
  const { ca } = caIn(folderFor(t))
  const key = newKey()
  const spans = Array.from({ length: 200 }, (_, number) => {
    const start = performance.now()
    mintLeaf(ca, { names: [`host-${number}.test`], key, ...life() })
    return performance.now() - start
  })

  const median = spans.sort((one, other) => one - other)[100] ?? Number.POSITIVE_INFINITY

  t.diagnostic(`median ${median.toFixed(3)} ms`)
  assert.ok(median < 1, `${median} ms`)
})

test('a key whose point could be read as DER makes a certificate like any other', (t) => {
  const { ca } = caIn(folderFor(t))
  // 04 3f ... in 65 octets: an OCTET STRING of 63, as one key in 256 begins.
  const looksLikeDer = (key: KeyObject) => createPublicKey(key).export({ type: 'spki', format: 'der' })[27] === 0x3f
  let key = newKey()
  while (!looksLikeDer(key)) key = newKey()

  const leaf = new X509Certificate(mintLeaf(ca, { names: ['a.test'], key, ...life() }))

  assert.ok(leaf.checkPrivateKey(key) && leaf.verify(ca.certificate.publicKey))
})

function host(text: string): Host {
  const parsed = parseHost(text)
  assert.ok(parsed, text)
  return parsed
}

function life() {
  return { notBefore: new Date(Date.now() - hourMs), notAfter: new Date(Date.now() + hourMs) }
}

/** The leaf that a Node client was shown. Throws what the client throws. */
async function shownTo(port: number, servername: string, ca: string): Promise<X509Certificate> {
  return shownBy(connect({ host: '127.0.0.1', port, servername, ca }))
}

/** The same for a leaf that is only valid at a time the test made up. */
async function unverified(port: number): Promise<X509Certificate> {
  return shownBy(connect({ host: '127.0.0.1', port, rejectUnauthorized: false }))
}

async function shownBy(socket: TLSSocket): Promise<X509Certificate> {
  try {
    await once(socket, 'secureConnect')
    const shown = socket.getPeerX509Certificate()
    assert.ok(shown)
    return shown
  } finally {
    socket.destroy()
  }
}
