/** The constrained certificate of a CA, as the programs that verify with it read it. */
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { connect } from 'node:tls'
import { promisify } from 'node:util'
import { hourMs } from '../../src/base/clock.ts'
import { type Host, parseHost } from '../../src/base/names.ts'
import type { Ca } from '../../src/tls/ca.ts'
import { newKey } from '../../src/tls/certificate.ts'
import { constrainedCa, constrainedId, namesOf } from '../../src/tls/constrained.ts'
import { mintLeaf, openLeaves } from '../../src/tls/leaf.ts'
import { caIn, folderFor, put, serve } from './place.ts'

const run = promisify(execFile)

const routed = ['api.github.test', 'below.openai.test', '10.1.2.3', '2001:db8::7']
const others = ['evil.test', 'github.test', '10.1.2.4', '2001:db8::8']

test('a constrained certificate has the name, the key and the life of its CA, and is held to servers of its names', (t) => {
  const { ca } = caIn(folderFor(t))

  const constrained = constrainedCa(ca, ['a.test', '10.1.2.3'])

  assert.equal(constrained.subject, ca.certificate.subject)
  assert.equal(constrained.validTo, ca.certificate.validTo)
  assert.ok(constrained.checkPrivateKey(ca.key) && constrained.ca)
  assert.notEqual(constrained.fingerprint256, ca.certificate.fingerprint256)
  assert.deepEqual(constrained.keyUsage, ['1.3.6.1.5.5.7.3.1'])
  const { stdout } = spawnSync('openssl', ['x509', '-noout', '-ext', 'nameConstraints'], {
    input: String(constrained),
    encoding: 'utf8',
  })
  assert.match(
    stdout,
    /^X509v3 Name Constraints: critical\n\s+Permitted:\n\s+DNS:a\.test\n\s+IP:10\.1\.2\.3\/255\.255\.255\.255\n$/,
  )
})

test('openssl takes the leaf of a routed host, under its strict rules too, and refuses any other', (t) => {
  const { constrained, leafOf } = placeOf(t)
  const verify = (name: string) =>
    spawnSync('openssl', ['verify', '-x509_strict', '-no-CApath', '-CAfile', constrained, leafOf(name)], {
      encoding: 'utf8',
    })

  for (const name of routed) assert.equal(verify(name).stdout, `${leafOf(name)}: OK\n`)
  for (const name of others) assert.match(verify(name).stderr, /permitted subtree violation/, name)
})

test('where only names are routed no address is trusted, and where only addresses are no name is', (t) => {
  for (const [only, refused] of [
    ['api.github.test', '10.1.2.3'],
    ['10.1.2.3', 'api.github.test'],
  ] as const) {
    const { constrained, leafOf } = placeOf(t, [only])
    const verify = (name: string) =>
      spawnSync('openssl', ['verify', '-no-CApath', '-CAfile', constrained, leafOf(name)], { encoding: 'utf8' })

    assert.equal(verify(only).status, 0)
    assert.match(verify(refused).stderr, /excluded subtree violation/)
  }
})

test('GnuTLS takes the leaf of a routed host and refuses any other', (t) => {
  const { constrained, leafOf } = placeOf(t)
  const verify = (name: string) =>
    spawnSync('certtool', ['--verify', '--load-ca-certificate', constrained, '--infile', leafOf(name)], {
      encoding: 'utf8',
    }).stdout

  for (const name of routed) assert.match(verify(name), /Verified\. The certificate is trusted/, name)
  for (const name of others) assert.match(verify(name), /violates the signer's constraints/, name)
})

test('NSS, which is in Firefox and Chromium, takes the leaf of a routed host and refuses any other', (t) => {
  const { folder, constrained, leafOf } = placeOf(t)
  const at = ['-d', `sql:${folder}`]
  const certutil = (...words: string[]) => spawnSync('certutil', words, { encoding: 'utf8' })
  certutil('-N', ...at, '--empty-password')
  certutil('-A', ...at, '-t', 'C,,', '-n', 'cordon', '-i', constrained)
  const verify = (name: string) => {
    // A colon would end the name of a token.
    const nickname = name.replaceAll(':', '-')
    certutil('-A', ...at, '-t', ',,', '-n', nickname, '-i', leafOf(name))
    const { stdout, stderr } = certutil('-V', ...at, '-u', 'V', '-n', nickname)
    return stdout + stderr
  }

  for (const name of routed) assert.match(verify(name), /certificate is valid/, name)
  for (const name of others) assert.match(verify(name), /not permitted to issue a certificate with this name/, name)
})

const go = spawnSync('go', ['version']).status === 0 ? undefined : 'there is no go here'

test('Go takes the leaf of a routed host and refuses any other', { skip: go }, async (t) => {
  const { folder, constrained, leafOf } = placeOf(t)
  mkdirSync(join(folder, 'go'))
  put(join(folder, 'go'), 'go.mod', 'module verify\n')
  put(join(folder, 'go'), 'main.go', goProgram)
  const all = [...routed, ...others]

  const { stdout } = await run('go', ['run', '.', constrained, ...all.flatMap((name) => [name, leafOf(name)])], {
    cwd: join(folder, 'go'),
    env: { ...process.env, GOPROXY: 'off', GOTOOLCHAIN: 'local', GOFLAGS: '' },
  })

  const lines = stdout.trimEnd().split('\n')
  assert.deepEqual(
    lines.slice(0, routed.length),
    routed.map((name) => `${name} <nil>`),
  )
  for (const line of lines.slice(routed.length)) assert.match(line, /is not permitted by any constraint/)
  assert.equal(lines.length, all.length)
})

test('Node and curl take the leaf of a routed host and refuse any other', async (t) => {
  const { ca, constrained } = placeOf(t)
  const leaves = openLeaves(ca)
  for (const [name, isRouted] of [
    ['api.github.test', true],
    ['x.below.openai.test', true],
    ['evil.test', false],
  ] as const) {
    const port = await serve(t, leaves.contextFor(hostOf(name)))
    const url = `https://${name}:${port}/`
    const asked = ['-sS', '--max-time', '20', '--cacert', constrained, '--resolve', `${name}:${port}:127.0.0.1`, url]

    const shaken = once(connect({ host: '127.0.0.1', port, servername: name, ca: pemOf(ca) }), 'secureConnect')
    if (isRouted) await shaken
    else await assert.rejects(shaken, /permitted subtree violation/)
    const { stderr } = await run('curl', asked).catch((thrown: { stderr: string }) => thrown)
    // A handshake that was accepted ends in a server that answers nothing.
    if (isRouted) assert.match(stderr, /Empty reply from server/)
    else assert.match(stderr, /permitted subtree violation/)
  }
})

test('with the CA itself beside it, a host that is not among its names is still verified', async (t) => {
  const { ca } = caIn(folderFor(t))
  const port = await serve(t, openLeaves(ca).contextFor(hostOf('new.test')))
  const folder = folderFor(t)
  put(folder, 'constrained.pem', pemOf(ca))
  await run('openssl', ['rehash', folder])
  const words = ['--cacert', put(folderFor(t), 'ca.pem', ca.certPem), '--capath', folder]

  const asked = run('curl', ['-sS', ...words, '--resolve', `new.test:${port}:127.0.0.1`, `https://new.test:${port}/`])

  await assert.rejects(asked, /Empty reply from server/)
})

test('the names are those of the hosts, each once; a wildcard is the name above it', () => {
  const hosts = [
    { kind: 'exact', host: hostOf('b.test') },
    { kind: 'below', parent: hostOf('a.test') },
    { kind: 'exact', host: hostOf('b.test') },
  ] as const

  assert.deepEqual(namesOf(hosts), ['a.test', 'b.test'])
})

test('an id follows from the CA and the names', (t) => {
  const { ca } = caIn(folderFor(t))
  const { ca: other } = caIn(folderFor(t), 'other')

  assert.match(constrainedId(ca, ['a.test']), /^[0-9a-f]{8}$/)
  assert.equal(constrainedId(ca, ['a.test']), constrainedId(ca, ['a.test']))
  assert.notEqual(constrainedId(ca, ['a.test']), constrainedId(ca, ['b.test']))
  assert.notEqual(constrainedId(ca, ['a.test']), constrainedId(other, ['a.test']))
})

const pemOf = (ca: Ca, names: readonly string[] = routed) => String(constrainedCa(ca, names))

/** A CA, the file of its constrained certificate, and leaves that it signed. */
function placeOf(t: TestContext, names: readonly string[] = routed) {
  const folder = folderFor(t)
  const { ca } = caIn(folder)
  const life = { notBefore: new Date(Date.now() - hourMs), notAfter: new Date(Date.now() + hourMs) }
  const key = newKey()
  return {
    folder,
    ca,
    constrained: put(folder, 'constrained.pem', pemOf(ca, names)),
    leafOf: (name: string) =>
      put(folder, `${name.replaceAll(':', '-')}.pem`, mintLeaf(ca, { names: [name], key, ...life })),
  }
}

function hostOf(name: string): Host {
  const host = parseHost(name)
  assert.ok(host)
  return host
}

const goProgram = `package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
)

func read(path string) *x509.Certificate {
	text, _ := os.ReadFile(path)
	block, _ := pem.Decode(text)
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		panic(err)
	}
	return certificate
}

func main() {
	roots := x509.NewCertPool()
	roots.AddCert(read(os.Args[1]))
	for i := 2; i < len(os.Args); i += 2 {
		_, err := read(os.Args[i+1]).Verify(x509.VerifyOptions{Roots: roots, DNSName: os.Args[i]})
		fmt.Println(os.Args[i], err)
	}
}
`
