import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { bundleState, writeBundle } from '../../src/tls/bundle.ts'
import { caIn, folderFor, foreignRoot, put } from './place.ts'

const run = promisify(execFile)

test("a bundle holds the system's roots and the CA, and is written only when it would differ", (t) => {
  const { options, path } = place(t)

  const states = [bundleState(options), writeBundle(options), bundleState(options), writeBundle(options)]

  assert.deepEqual(states, ['missing', 'made', 'fresh', 'already'])
  assert.deepEqual(subjectsIn(path), ['CN=System One', 'CN=System Two', 'CN=cordon CA own'])
  assert.equal(statSync(path).mode & 0o777, 0o644)
})

test('what the environment trusted before is trusted still, each certificate once', (t) => {
  const { folder, options, path } = place(t)
  const [corporate, forNode, forRequests, forCurl] = ['Corporate', 'Node', 'Requests', 'Curl'].map((name) =>
    foreignRoot(name),
  )
  const env = {
    SSL_CERT_FILE: put(folder, 'ssl.pem', `${corporate}`),
    NODE_EXTRA_CA_CERTS: put(folder, 'node.pem', `${forNode}${corporate}`),
    REQUESTS_CA_BUNDLE: put(folder, 'requests.pem', `${forRequests}${readFileSync(options.systemFile, 'utf8')}`),
    CURL_CA_BUNDLE: put(folder, 'curl.pem', `${forCurl}`),
  }

  writeBundle({ ...options, env })

  const others = ['CN=Corporate', 'CN=Node', 'CN=Requests', 'CN=Curl']
  assert.deepEqual(subjectsIn(path), ['CN=System One', 'CN=System Two', ...others, 'CN=cordon CA own'])
})

test('a corporate root survives a shell whose variables name the bundle, or nothing', (t) => {
  const { folder, options, path, caCert } = place(t)
  const env = { SSL_CERT_FILE: put(folder, 'corporate.pem', foreignRoot('Corporate')) }
  writeBundle({ ...options, env })
  const before = readFileSync(path, 'utf8')

  const ours = { SSL_CERT_FILE: path, REQUESTS_CA_BUNDLE: path, CURL_CA_BUNDLE: path, NODE_EXTRA_CA_CERTS: caCert }
  const later = [writeBundle({ ...options, env: ours }), writeBundle(options), writeBundle({ ...options, env })]

  assert.deepEqual(later, ['already', 'already', 'already'])
  assert.equal(readFileSync(path, 'utf8'), before)
  assert.ok(subjectsIn(path).includes('CN=Corporate'))
})

test('a corporate root that was renewed is renewed in the bundle, and one whose file is gone stays', (t) => {
  const { folder, options, path } = place(t)
  const corporate = put(folder, 'corporate.pem', foreignRoot('Old'))
  writeBundle({ ...options, env: { SSL_CERT_FILE: corporate } })

  writeFileSync(corporate, foreignRoot('New'))
  const renewed = writeBundle({ ...options, env: { SSL_CERT_FILE: path } })
  const then = subjectsIn(path)
  rmSync(corporate)
  const gone = writeBundle({ ...options, env: { SSL_CERT_FILE: path } })

  assert.deepEqual([renewed, gone], ['renewed', 'already'])
  assert.deepEqual(then, ['CN=System One', 'CN=System Two', 'CN=New', 'CN=cordon CA own'])
})

test('a root that the system took back leaves the bundle', (t) => {
  const { folder, options, path } = place(t)
  writeBundle({ ...options, env: { SSL_CERT_FILE: put(folder, 'corporate.pem', foreignRoot('Corporate')) } })

  writeFileSync(options.systemFile, foreignRoot('System Three'))
  const state = bundleState({ ...options, env: { SSL_CERT_FILE: path } })
  writeBundle({ ...options, env: { SSL_CERT_FILE: path } })

  assert.equal(state, 'stale')
  assert.deepEqual(subjectsIn(path), ['CN=System Three', 'CN=Corporate', 'CN=cordon CA own'])
})

test('a new CA takes the place of the old one', (t) => {
  const { folder, options, path } = place(t)
  writeBundle(options)
  const renewed = { ...options, ca: caIn(folder, 'renewed').ca }

  assert.deepEqual([bundleState(renewed), writeBundle(renewed)], ['stale', 'renewed'])
  assert.deepEqual(subjectsIn(path).slice(2), ['CN=cordon CA renewed'])
})

test("from another scope's bundle come the roots it was made of, and not the CA of that scope", (t) => {
  const { folder, options, path } = place(t)
  const corporate = put(folder, 'corporate.pem', foreignRoot('Corporate'))
  const other = { ...options, path: join(folder, 'other.pem'), ca: caIn(folder, 'other').ca }
  writeBundle({ ...other, env: { SSL_CERT_FILE: corporate } })

  writeBundle({ ...options, env: { SSL_CERT_FILE: other.path } })

  assert.deepEqual(subjectsIn(path), ['CN=System One', 'CN=System Two', 'CN=Corporate', 'CN=cordon CA own'])
})

test('a variable that names no readable file is passed over', (t) => {
  const { folder, options, path } = place(t)

  writeBundle({
    ...options,
    env: { SSL_CERT_FILE: join(folder, 'none.pem'), NODE_EXTRA_CA_CERTS: folder, CURL_CA_BUNDLE: '' },
  })

  assert.deepEqual(subjectsIn(path), ['CN=System One', 'CN=System Two', 'CN=cordon CA own'])
})

test('a symbolic link in the place of the bundle is refused', (t) => {
  const { folder, options, path } = place(t)
  symlinkSync(put(folder, 'elsewhere.pem', ''), path)

  assert.throws(() => writeBundle(options), { code: 'symlink_refused' })

  assert.equal(readFileSync(join(folder, 'elsewhere.pem'), 'utf8'), '')
})

test('a name of many scripts and hyphens is a comment of plain ASCII', (t) => {
  const { folder, options, path } = place(t)
  const odd = put(folder, 'odd.pem', foreignRoot('Főtanúsítvány 根 -----BEGIN CERTIFICATE-----'))

  writeBundle({ ...options, env: { SSL_CERT_FILE: odd } })

  const text = readFileSync(path, 'utf8')
  assert.match(text, /^# CN=Fotanusitvany {2}-BEGIN CERTIFICATE-$/m)
  assert.match(text, /^[\n\x20-\x7e]*$/)
  assert.equal(subjectsIn(path).length, 4)
})

test('openssl, Python and Java read every certificate of the bundle', async (t) => {
  const { folder, options, path } = place(t)
  const names = ['Corporate', 'Főtanúsítvány --- 根']
  writeBundle({ ...options, env: { SSL_CERT_FILE: put(folder, 'corporate.pem', names.map(foreignRoot).join('')) } })
  const count = subjectsIn(path).length
  const leaf = put(folder, 'any.pem', options.ca.certPem)

  const openssl = await run('openssl', ['verify', '-CAfile', path, leaf])
  const program = 'import ssl,sys; print(len(ssl.create_default_context(cafile=sys.argv[1]).get_ca_certs()))'
  const python = await run('python3', ['-c', program, path])
  const keytool = await run('keytool', ['-printcert', '-file', path]).catch((cause) => {
    if (cause.code !== 'ENOENT') throw cause
    t.diagnostic('there is no java here')
  })

  assert.equal(count, 5)
  assert.match(openssl.stdout, /OK/)
  assert.equal(python.stdout.trim(), String(count))
  if (keytool) assert.equal(keytool.stdout.match(/^Owner: /gm)?.length, count)
})

function place(t: TestContext) {
  const folder = folderFor(t)
  const { ca, caCert } = caIn(folder, 'own')
  const path = join(folder, 'own', 'combined-ca.pem')
  const systemFile = put(folder, 'system.pem', foreignRoot('System One') + foreignRoot('System Two'))
  return { folder, path, caCert, options: { path, ca, env: {}, systemFile } }
}

function subjectsIn(path: string): string[] {
  const blocks = readFileSync(path, 'utf8').match(/-----BEGIN[^-]+-----\n[^-]+-----END CERTIFICATE-----/g) ?? []
  return blocks.map((block) => new X509Certificate(block).subject)
}
