/** What `npm run release` leaves, from a clean commit; the package in it is installed and run. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { root } from '../docs/pages.ts'

const out = join(root, 'release')
const skip = process.env['LONG']
  ? spawnSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' }).stdout !== '' &&
    'a release is made of a commit, and the files here differ from it'
  : 'it takes half a minute: LONG=1 runs it'

test('a release adds up, and its package installs one other and runs, with a sentence for a Node that is too old', {
  skip,
}, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-release-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  execFileSync(process.execPath, ['.ci/release.ts'], { cwd: root, stdio: 'inherit' })
  const [tarball = ''] = globSync('*.tgz', { cwd: out })
  const [statement = ''] = globSync('*.intoto.json', { cwd: out })
  const [bill = ''] = globSync('*.cdx.json', { cwd: out })

  const sums = spawnSync('sha256sum', ['--check', 'SHA256SUMS'], { cwd: out, encoding: 'utf8' })
  assert.equal(sums.status, 0, sums.stderr)
  assert.equal(sums.stdout.trim().split('\n').length, 4)

  const { subject } = JSON.parse(readFileSync(join(out, statement), 'utf8')) as { subject: { name: string }[] }
  assert.deepEqual(subject.map(({ name }) => name.replace(/.*\.(?=t?gz|json)/, '')).toSorted(), ['gz', 'json', 'tgz'])
  assert.match(readFileSync(join(out, bill), 'utf8'), /"purl": "pkg:npm\/undici@/)

  const [home, elsewhere] = [join(folder, 'home'), join(folder, 'elsewhere')]
  mkdirSync(home)
  writeFileSync(join(home, 'package.json'), '{}')
  const npm = ['install', '--prefer-offline', '--no-audit', '--no-fund', join(out, tarball)]
  execFileSync('npm', npm, { cwd: home, stdio: 'inherit' })
  assert.deepEqual(
    globSync('node_modules/{[!@.]*,@*/*}', { cwd: home })
      .filter((one) => !/keyring-/.test(one))
      .toSorted(),
    ['node_modules/@napi-rs/keyring', 'node_modules/cordon'],
  )
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` }
  const told = execFileSync('npx', ['cordon', '--version'], { cwd: home, encoding: 'utf8', env })
  assert.match(told, /^cordon \S+ \(commit [0-9a-f]{12}, .* npm package\)\n$/)

  // docs/install.md: a folder that npm installed into is carried to a machine without a network.
  renameSync(home, elsewhere)
  const carried = execFileSync('node_modules/.bin/cordon', ['--version'], { cwd: elsewhere, encoding: 'utf8', env })
  assert.equal(carried, told)

  const old = oldNode()
  if (old === undefined) return t.diagnostic('no Node that is too old is installed here')
  const refused = spawnSync(old, ['node_modules/cordon/dist/cordon.js', '--version'], {
    cwd: elsewhere,
    encoding: 'utf8',
  })
  assert.equal(refused.status, 1)
  assert.match(refused.stderr, /^✗ cordon needs Node .*, and this is \S+\. \(node_too_old\)\n {2}hint: .*\n$/)
})

/** A Node of the system that is too old for cordon. */
function oldNode(): string | undefined {
  return ['/usr/bin/node', '/usr/local/bin/node'].find((path) => {
    const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' })
    return typeof stdout === 'string' && /^v(1\d|2[0-3])\./.test(stdout)
  })
}
