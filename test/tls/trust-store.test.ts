import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { keepTrustStore } from '../../src/tls/trust-store.ts'
import { folderFor, foreignRoot, put } from './place.ts'

const isThere = (program: string, word: string) => spawnSync(program, [word]).status === 0

test('OpenSSL finds every certificate of the bundle in the trust store', async (t) => {
  const folder = folderFor(t)
  const roots = [foreignRoot('One'), foreignRoot('Two')]
  const bundle = put(folder, 'bundle.pem', roots.join(''))
  const trustStore = join(folder, 'trust-store.p12')

  await keepTrustStore({ bundle, trustStore })

  const words = ['pkcs12', '-in', trustStore, '-nokeys', '-nomacver', '-passin', 'pass:']
  const { stdout } = spawnSync('openssl', words, { encoding: 'utf8' })
  const found = stdout.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []
  const fingerprints = (pems: readonly string[]) => pems.map((pem) => new X509Certificate(pem).fingerprint256)
  assert.deepEqual(fingerprints(found), fingerprints(roots))
})

test('keytool lists each certificate as trusted, with any password', {
  skip: !isThere('keytool', '-help') && 'keytool is not installed',
}, async (t) => {
  const folder = folderFor(t)
  const trustStore = join(folder, 'trust-store.p12')
  await keepTrustStore({ bundle: put(folder, 'bundle.pem', foreignRoot('One') + foreignRoot('Two')), trustStore })

  const words = ['-list', '-keystore', trustStore, '-storepass', 'whatever']
  const { stdout } = spawnSync('keytool', words, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } })

  assert.equal(stdout.match(/trustedCertEntry/g)?.length, 2, stdout)
})

test('a trust store is made again when the bundle is newer, and only then', async (t) => {
  const folder = folderFor(t)
  const bundle = put(folder, 'bundle.pem', foreignRoot('One'))
  const trustStore = join(folder, 'trust-store.p12')
  await keepTrustStore({ bundle, trustStore })
  const [before, { ino }] = [readFileSync(trustStore), statSync(trustStore)]

  await keepTrustStore({ bundle, trustStore })
  const untouched = statSync(trustStore).ino
  writeFileSync(bundle, foreignRoot('Two'))
  const later = new Date(Date.now() + 1000)
  utimesSync(bundle, later, later)
  await keepTrustStore({ bundle, trustStore })

  assert.equal(untouched, ino)
  assert.notDeepEqual(readFileSync(trustStore), before)
})
