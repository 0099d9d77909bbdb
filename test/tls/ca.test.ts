import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { dayMs, hourMs } from '../../src/base/clock.ts'
import { CordonError } from '../../src/base/error.ts'
import { createCa, ensureCa, loadCa } from '../../src/tls/ca.ts'
import type { CaPaths } from '../../src/tls/ca-files.ts'
import { issue, issueRoot, issuerOf, newKey } from '../../src/tls/certificate.ts'

const run = promisify(execFile)

const options = { name: 'shop-0f3c9a12' }

test('a CA is made once, in two files of which only its owner reads the key', (t) => {
  const paths = places(t)

  const first = ensureCa(paths, options)
  const before = readFileSync(paths.caKey, 'utf8') + readFileSync(paths.caCert, 'utf8')
  const second = ensureCa(paths, options)

  assert.deepEqual([first.made, second.made], [true, false])
  assert.equal(readFileSync(paths.caKey, 'utf8') + readFileSync(paths.caCert, 'utf8'), before)
  assert.equal(second.ca.certPem, first.ca.certPem)
  assert.equal(statSync(paths.caKey).mode & 0o777, 0o600)
  assert.equal(statSync(join(paths.caKey, '..')).mode & 0o777, 0o700)
  assert.deepEqual(readdirSync(join(paths.caKey, '..')).sort(), ['ca-cert.pem', 'ca-key.pem'])
})

test('of several commands at once one makes the CA, and the others load it', async (t) => {
  const paths = places(t)
  const program = `
    import { ensureCa } from ${JSON.stringify(new URL('../../src/tls/ca.ts', import.meta.url).href)}
    const { ca, made } = ensureCa(${JSON.stringify(paths)}, { name: 'shop' })
    console.log(made, ca.certificate.serialNumber)`

  const runs = Array.from({ length: 4 }, () => run(process.execPath, ['--input-type=module', '-e', program]))
  const told = (await Promise.all(runs)).map(({ stdout }) => stdout.trim().split(' '))

  assert.equal(told.filter(([made]) => made === 'true').length, 1)
  assert.equal(new Set(told.map(([, serialNumber]) => serialNumber)).size, 1)
})

test('a CA is named after its scope, valid from an hour ago for two years, and of its own key and serial number', (t) => {
  const now = Date.UTC(2030, 0, 1)
  const clock = { now: () => now }

  const { certificate } = createCa(places(t), { ...options, clock })
  const other = createCa(places(t), { ...options, clock }).certificate

  assert.equal(certificate.subject, 'CN=cordon CA shop-0f3c9a12')
  assert.equal(certificate.validFromDate.getTime(), now - hourMs)
  assert.equal(certificate.validToDate.getTime(), now + 730 * dayMs)
  assert.ok(certificate.ca && certificate.verify(certificate.publicKey))
  assert.notEqual(certificate.serialNumber, other.serialNumber)
  assert.notEqual(certificate.fingerprint256, other.fingerprint256)
})

test('a long scope name keeps its beginning and its hash in the 64 characters of a common name', (t) => {
  const { certificate } = createCa(places(t), { name: `${'long'.repeat(30)}-0f3c9a12` })

  assert.match(certificate.subject, /^CN=cordon CA (long)+.{1,3}-0f3c9a12$/)
  assert.equal(certificate.subject.length, 'CN='.length + 64)
})

test('a CA that is valid past 2049 says so in GeneralizedTime', (t) => {
  const clock = { now: () => Date.UTC(2049, 5, 1) }

  const { certificate } = createCa(places(t), { ...options, clock })

  assert.equal(certificate.validToDate.getTime(), clock.now() + 730 * dayMs)
})

test('neither file of a CA is ever replaced', (t) => {
  const paths = places(t)
  createCa(paths, options)
  const key = readFileSync(paths.caKey)

  assert.throws(() => createCa(paths, options), withCode('ca_exists'))

  assert.deepEqual(readFileSync(paths.caKey), key)
})

test('one file without the other is an error that names both', (t) => {
  for (const lost of ['caCert', 'caKey'] as const) {
    const paths = places(t)
    createCa(paths, options)
    rmSync(paths[lost])

    for (const attempt of [() => loadCa(paths), () => ensureCa(paths, options)]) {
      assert.throws(attempt, (thrown) => {
        assert.ok(thrown instanceof CordonError && thrown.code === 'ca_incomplete')
        assert.ok(thrown.message.includes(paths.caCert) && thrown.message.includes(paths.caKey))
        return true
      })
    }

    assert.equal(existsSync(paths[lost]), false)
  }
})

test('where a CA cannot be written whole, nothing is left of it', (t) => {
  const { caKey } = places(t)
  const tooLong = join(caKey, '..', `${'long'.repeat(63)}.pem`)

  assert.throws(() => createCa({ caKey, caCert: tooLong }, options), withCode('file_unwritable'))

  assert.deepEqual(readdirSync(join(caKey, '..')), [])
})

test('without files there is no CA, and the hint says how to make one', (t) => {
  const load = () => loadCa(places(t))

  assert.throws(load, { code: 'ca_missing', hint: 'make one with `cordon setup`' })
})

test('a symbolic link is refused in the place of either file, whether the other end is there or not', (t) => {
  for (const linked of ['caCert', 'caKey'] as const) {
    const paths = places(t)
    createCa(paths, options)
    renameSync(paths[linked], `${paths[linked]}.real`)
    symlinkSync(`${paths[linked]}.real`, paths[linked])
    const dangling = places(t)
    mkdirSync(join(dangling.caKey, '..'), { mode: 0o700 })
    symlinkSync('/nowhere', dangling[linked])

    assert.throws(() => loadCa(paths), withCode('symlink_refused'))
    assert.throws(() => createCa(dangling, options), withCode('symlink_refused'))
  }
})

test('a key that others may read is refused, and so is a folder that others may write to', (t) => {
  const readable = places(t)
  createCa(readable, options)
  chmodSync(readable.caKey, 0o640)
  const shared = places(t)
  createCa(shared, options)
  chmodSync(join(shared.caKey, '..'), 0o777)

  assert.throws(() => loadCa(readable), withCode('ca_exposed'))
  assert.throws(() => loadCa(shared), withCode('ca_exposed'))
  assert.throws(
    () => createCa({ ...places(t), caKey: join(shared.caKey, '..', 'new.pem') }, options),
    withCode('ca_exposed'),
  )
})

test('a key of another CA is refused', (t) => {
  const paths = places(t)
  const other = places(t)
  createCa(paths, options)
  createCa(other, options)
  renameSync(other.caKey, paths.caKey)

  assert.throws(() => loadCa(paths), withCode('ca_mismatched'))
})

test('a CA is loaded until its last second and not after', (t) => {
  const paths = places(t)
  const end = createCa(paths, options).certificate.validToDate.getTime()

  assert.ok(loadCa(paths, { now: () => end - 1 }))
  assert.throws(() => loadCa(paths, { now: () => end }), withCode('ca_expired'))
  assert.throws(() => loadCa(paths, { now: () => end - 731 * dayMs }), withCode('ca_expired'))
})

test('a certificate that may not sign others is no CA', (t) => {
  const paths = places(t)
  const key = newKey()
  const year = { notBefore: new Date(Date.now() - hourMs), notAfter: new Date(Date.now() + dayMs) }
  const pem = issueRoot({ commonName: 'a server', ...year, use: { kind: 'server', names: ['a.test'] } }, key)
  put(paths, pem, String(key.export({ type: 'pkcs8', format: 'pem' })))

  assert.throws(() => loadCa(paths), withCode('ca_unsuited'))
})

test('a damaged key is told without one byte of it', (t) => {
  const paths = places(t)
  createCa(paths, options)
  const damaged = readFileSync(paths.caKey, 'utf8').slice(0, 120)
  writeFileSync(paths.caKey, damaged)

  assert.throws(
    () => loadCa(paths),
    (thrown) => {
      assert.ok(thrown instanceof CordonError && thrown.code === 'ca_unreadable')
      assert.ok(!`${thrown.message}${thrown.hint}`.includes(damaged.split('\n')[1]?.slice(0, 8) ?? ''))
      return true
    },
  )
})

test("a person's own RSA CA signs leaves in its own name, byte for byte, and by the key id it states", (t) => {
  const paths = places(t)
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const life = { notBefore: new Date(Date.now() - hourMs), notAfter: new Date(Date.now() + dayMs) }
  const pem = issueRoot({ commonName: 'Žluťoučký CA', ...life, use: { kind: 'ca' } }, privateKey)
  put(paths, pem, String(privateKey.export({ type: 'pkcs8', format: 'pem' })))

  const ca = loadCa(paths)
  const use = { kind: 'server' as const, names: ['a.test'] }
  const leaf = new X509Certificate(
    issue({ commonName: 'a.test', publicKey: ca.certificate.publicKey, ...life, use }, ca),
  )

  assert.ok(leaf.checkIssued(ca.certificate) && leaf.verify(ca.certificate.publicKey))
  assert.equal(leaf.issuer, ca.certificate.subject)
  assert.deepEqual(issuerOf(ca.certificate.raw, ca.key).keyId, ca.keyId)
})

function places(t: TestContext): CaPaths {
  const root = mkdtempSync(join(tmpdir(), 'cordon-ca-'))
  t.after(() => rmSync(root, { recursive: true }))
  return { caCert: join(root, 'certs', 'ca-cert.pem'), caKey: join(root, 'certs', 'ca-key.pem') }
}

function put({ caCert, caKey }: CaPaths, certPem: string, keyPem: string): void {
  mkdirSync(join(caKey, '..'), { mode: 0o700 })
  writeFileSync(caCert, certPem)
  writeFileSync(caKey, keyPem, { mode: 0o600 })
}

const withCode = (code: string) => (thrown: unknown) => thrown instanceof CordonError && thrown.code === code
