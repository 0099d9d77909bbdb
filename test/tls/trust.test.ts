import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemRoots } from '../../src/tls/roots.ts'
import { originTrust } from '../../src/tls/trust.ts'
import { caIn, folderFor, foreignRoot, put } from './place.ts'

test("origins are verified with the system's roots, in one context that is made when it is first asked for", () => {
  const trust = originTrust({ extra: [], env: {} })

  assert.ok(trust.pems.length > 20)
  assert.equal(trust.pems.length, new Set(systemRoots().map(({ fingerprint256 }) => fingerprint256)).size)
  assert.equal(trust.context(), trust.context())
})

test("a company's root counts, whether cordon.toml or cordon's own environment names it", (t) => {
  const folder = folderFor(t)
  const [inConfig, inVariable, forNode] = ['one', 'two', 'three'].map((name) => foreignRoot(name))
  const extra = [put(folder, 'config.pem', `# a comment\r\n${inConfig?.replaceAll('\n', '\r\n')}`)]
  const env = {
    SSL_CERT_FILE: put(folder, 'ssl.pem', `${inVariable}`),
    NODE_EXTRA_CA_CERTS: put(folder, 'node.pem', `${forNode}`),
  }

  const { pems, unread } = originTrust({ extra, env })

  assert.deepEqual(subjects(pems).slice(-3), ['CN=two', 'CN=three', 'CN=one'])
  assert.deepEqual(unread, [])
})

test('no CA of cordon vouches for an origin because a shell trusts it, and our own does not even if it is asked to', (t) => {
  const folder = folderFor(t)
  const [own, other] = [caIn(folder, 'own'), caIn(folder, 'other')]
  const bundle = put(folder, 'bundle.pem', own.ca.certPem + other.ca.certPem)

  const around = originTrust({ extra: [], exclude: own.ca.certPem, env: { SSL_CERT_FILE: bundle } })
  const named = originTrust({ extra: [bundle], exclude: own.ca.certPem, env: {} })

  assert.deepEqual(
    subjects(around.pems).filter((subject) => subject.includes('cordon CA')),
    [],
  )
  assert.deepEqual(
    subjects(named.pems).filter((subject) => subject.includes('cordon CA')),
    ['CN=cordon CA other'],
  )
})

test('a file of cordon.toml that is missing, empty or damaged is an error that names it', (t) => {
  const folder = folderFor(t)
  const damaged = foreignRoot('damaged').replace(/[A-Za-z0-9]{40}/, 'A'.repeat(40))
  const paths = [
    join(folder, 'none.pem'),
    put(folder, 'empty.pem', 'no certificate here'),
    put(folder, 'damaged.pem', damaged),
    folder,
  ]

  for (const path of paths) {
    assert.throws(
      () => originTrust({ extra: [path], env: {} }),
      (thrown) => {
        assert.ok(thrown instanceof Error && 'code' in thrown && thrown.code === 'trust_unreadable')
        assert.ok(thrown.message.includes(path))
        return true
      },
    )
  }
})

test('a file of the environment that cannot be read counts for nothing and is told', (t) => {
  const folder = folderFor(t)
  const env = { SSL_CERT_FILE: join(folder, 'none.pem'), NODE_EXTRA_CA_CERTS: folder }

  const { pems, unread } = originTrust({ extra: [], env })

  assert.deepEqual(unread, [env.SSL_CERT_FILE, env.NODE_EXTRA_CA_CERTS])
  assert.ok(pems.length > 20)
})

test('where the system has no roots, those that Node carries are taken', (t) => {
  const empty = put(folderFor(t), 'empty.pem', '')

  assert.ok(systemRoots(empty).length > 100)
})

const subjects = (pems: readonly string[]) => pems.map((pem) => new X509Certificate(pem).subject)
