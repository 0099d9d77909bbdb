/** On Debian's own store, in a namespace, and on real databases of NSS. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { cordonFile } from '../desk.ts'
import { noOwnStore, ownStore } from '../trust/own-store.ts'
import { openPage, type Page } from './transcript.ts'

const real = { skip: noOwnStore }

test('trust puts the CA into every store for the hosts of the routes, untrust takes it out', real, async (t) => {
  const page = await pageWithStore(t)

  await page.reads(`
    $ cordon trust
    2> ✗ There is no route yet, so there is no host to trust cordon for. (route_missing)
    2>   hint: add one with \`cordon route add\`
    [3]
    $ cordon route add --host api.openai.com --source age
    ✓ Added the route openai for api.openai.com to /desk/project/cordon.toml.
    2>   next: cordon secret set openai
    $ cordon trust
    ✓ The system's store /usr/local/share/ca-certificates trusts cordon for api.openai.com, and for nothing else.
    ✓ The NSS database ~/.pki/nssdb trusts cordon for api.openai.com, and for nothing else.
    2> ! Programs that run already see it when they start again.
    $ cordon trust
    ✓ The system's store /usr/local/share/ca-certificates trusts cordon for api.openai.com already.
    ✓ The NSS database ~/.pki/nssdb trusts cordon for api.openai.com already.
    $ cordon doctor | grep -e 'trust store' -e bundle
    ✓ bundle         ~/.config/cordon/projects/project-HASH/certs/combined-ca.pem holds the system's roots and the CA.
    ✓ trust store    Trusted for the hosts of the routes alone: the system's store /usr/local/share/ca-certificates, the NSS database ~/.pki/nssdb.
    $ cordon untrust
    ✓ Took the CA of cordon out of the system's store /usr/local/share/ca-certificates.
    ✓ Took the CA of cordon out of the NSS database ~/.pki/nssdb.
    $ cordon untrust
    ✓ The trust stores are without the CA of this cordon already.
    $ cordon doctor | grep 'trust store'
    ✓ trust store    The trust store of the system was not touched; only programs with the variables of \`cordon env\` trust cordon.
  `)
  assert.deepEqual(readdirSync(join(page.desk.folder, 'local')), [])
  assert.deepEqual(
    readdirSync(join(page.desk.folder, 'made')).filter((name) => name.includes('cordon')),
    [],
  )
  assert.deepEqual(readdirSync(trustedFolder(page)), [])
})

test('when the routes have changed doctor says that the stores are stale, and trust mends it', real, async (t) => {
  const page = await pageWithStore(t)
  await page.typed('cordon route add --host api.openai.com --source age && cordon trust')

  await page.reads(`
    $ cordon route add --host api.anthropic.com --source age
    ✓ Added the route anthropic for api.anthropic.com to /desk/project/cordon.toml.
    2>   next: cordon secret set anthropic
    $ cordon doctor | grep -A1 'trust store'
    ✗ trust store       The trust store holds a certificate for other hosts than the routes have now.
                        to mend it, run \`cordon trust\`, or \`cordon untrust\` if that is meant
    $ cordon trust
    ✓ The system's store /usr/local/share/ca-certificates trusts cordon for api.anthropic.com and api.openai.com, and for nothing else.
    ✓ The NSS database ~/.pki/nssdb trusts cordon for api.anthropic.com and api.openai.com, and for nothing else.
    2> ! Programs that run already see it when they start again.
    $ cordon doctor | grep 'trust store'
    ✓ trust store       Trusted for the hosts of the routes alone: the system's store /usr/local/share/ca-certificates, the NSS database ~/.pki/nssdb.
  `)
  assert.equal(readdirSync(join(page.desk.folder, 'local')).length, 1)
  assert.equal(readdirSync(trustedFolder(page)).length, 1)
})

test(
  'a certificate that another CA of cordon put there is taken out too, and only by its own scope',
  real,
  async (t) => {
    const page = await pageWithStore(t)
    await page.typed('cordon route add --host api.openai.com --source age && cordon trust')
    await page.typed('cordon setup --scope user && cordon route add --host api.openai.com --source age --scope user')
    await page.typed('cordon trust --scope user')
    rmSync(join(trustedFolder(page), '../ca-cert.pem'))
    rmSync(join(trustedFolder(page), '../ca-key.pem'))
    await page.typed('cordon setup')

    await page.reads(`
    $ cordon untrust
    ✓ Took the CA of cordon out of the system's store /usr/local/share/ca-certificates.
    ✓ Took the CA of cordon out of the NSS database ~/.pki/nssdb.
    $ cordon doctor --scope user | grep 'trust store'
    ✓ trust store    Trusted for the hosts of the routes alone: the system's store /usr/local/share/ca-certificates, the NSS database ~/.pki/nssdb.
  `)
  },
)

test('--dry-run shows the commands and runs none; --store means one kind of store', real, async (t) => {
  const page = await pageWithStore(t)
  await page.typed('cordon route add --host api.openai.com --source age')

  const shown = await page.typed('cordon trust --dry-run')
  const trusted = await page.typed('cordon trust --store nss')
  const left = await page.typed('cordon untrust --dry-run')

  const file = `${trustedFolder(page)}/NAME.pem`
  const nss = `-d sql:${page.desk.home}/.pki/nssdb`
  assert.equal(
    withoutId(shown.stdout),
    `install -m 0644 ${file} /usr/local/share/ca-certificates/NAME.crt\nupdate-ca-certificates\ncertutil -A ${nss} -t C,, -n NAME -i ${file}\n`,
  )
  assert.match(trusted.stdout, /^✓ The NSS database \S+ trusts cordon for api\.openai\.com, and for nothing else\.\n$/)
  assert.equal(withoutId(left.stdout), `certutil -D ${nss} -n NAME\n`)
  assert.deepEqual(readdirSync(join(page.desk.folder, 'local')), [])
})

test('without the command of NSS its databases are left alone, and the package is named', real, async (t) => {
  const page = await pageWithStore(t)
  await page.typed('cordon route add --host api.openai.com --source age')

  const run = await page.typed(`PATH=${pathWithoutCertutil(page)} cordon trust --store nss`)

  assert.equal(run.code, 1)
  assert.match(run.stderr, /^! Left the NSS database \S+ alone: there is no certutil; .* brings it\.\n/)
  assert.match(run.stderr, /✗ There is no trust store here that cordon can change\. \(root_store_missing\)/)
})

test('doctor says that the CA itself does not belong into the store', real, async (t) => {
  const page = await pageWithStore(t)
  const bundle = join(page.desk.folder, 'made/ca-certificates.crt')
  const ca = readFileSync(join(trustedFolder(page), '../ca-cert.pem'), 'utf8')
  writeFileSync(bundle, readFileSync(bundle, 'utf8') + ca)

  await page.reads(`
    $ cordon doctor | grep -A1 'trust store'
    ! trust store  The CA of cordon is in the trust store of the system, so every program of this machine believes it.
                   to mend it, take it out of the store; \`cordon trust\` puts one in that is good for the hosts of the routes alone
  `)
})

/** A desk with a trust store and an NSS database of its own, and `cordon setup` done. */
async function pageWithStore(t: TestContext): Promise<Page> {
  const page = openPage(t)
  const { folder, home } = page.desk
  const before = ownStore(page.desk)
  const cordon = join(folder, 'bin/cordon')
  rmSync(cordon)
  writeFileSync(cordon, `#!/bin/sh\nexec '${before}' '${process.execPath}' '${cordonFile}' "$@"\n`)
  chmodSync(cordon, 0o755)
  mkdirSync(join(home, '.pki/nssdb'), { recursive: true })
  execFileSync('certutil', ['-N', '--empty-password', '-d', `sql:${join(home, '.pki/nssdb')}`])
  await page.typed('cordon setup')
  return page
}

function trustedFolder({ desk }: Page): string {
  const projects = join(desk.home, '.config/cordon/projects')
  return join(projects, readdirSync(projects)[0] ?? '', 'certs/trusted')
}

/** A PATH with what the wrapper needs and nothing of NSS. */
function pathWithoutCertutil({ desk }: Page): string {
  const bin = join(desk.folder, 'few')
  mkdirSync(bin)
  for (const name of ['sh', 'unshare', 'mount'])
    writeFileSync(join(bin, name), `#!/bin/sh\nexec /usr/bin/${name} "$@"\n`, { mode: 0o755 })
  return `${join(desk.folder, 'bin')}:${bin}`
}

const withoutId = (text: string) => text.replace(/cordon-project-[0-9a-f]{8}-[0-9a-f]{8}/g, 'NAME')
