/**
 * A newcomer's way, typed as docs/install.md and docs/quick-start.md have it: from a release on a server to the first request
 * that carries a key, and away again. The machine has no Node and no cordon, the Internet is a company's proxy of ours, and
 * the time of every step is told.
 */
import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { once } from 'node:events'
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join, relative } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { archiveName, packArchive } from '../../.ci/archive.ts'
import { isExecutable } from '../../src/base/file.ts'
import { shellWord } from '../../src/base/shell.ts'
import { startCompanyProxy } from '../company-proxy.ts'
import { cordonBinary, type Desk, filesHolding, openDesk, put } from '../desk.ts'
import { blocksOf, linksOf, pageAt } from '../docs/pages.ts'
import { commandsOf } from '../docs/typed.ts'
import { secretServiceSkip, startSecretService } from '../secret-service.ts'
import { originCa, startOrigin } from '../world.ts'

const noRelease =
  (process.platform !== 'linux' && 'a release is packed on Linux') ||
  (cordonBinary === undefined && 'what is packed is the executable: `test/run.ts --binary` runs it')

const key = 'sk-canary-8c15e2f0a47b39d6'
const out = mkdtempSync(join(tmpdir(), 'cordon-release-'))
if (!noRelease) before(packRelease)
after(() => rmSync(out, { recursive: true }))

const [installing = '', , leaving = '', removing = ''] = blocksOf(pageAt('docs/install.md'), 'sh')
const quickStart = commandsOf(pageAt('docs/quick-start.md')).map(({ command }) => command)
const toFirstRequest = quickStart.slice(0, 1 + quickStart.findIndex((command) => command.includes(' curl ')))

test('a newcomer without a keyring comes from a release to the first request with a key, and away again', {
  skip: noRelease,
}, async (t) => {
  const newcomer = await openNewcomer(t)

  await newcomer.arrives('the encrypted file ~/.config/cordon/secrets.age')
  await newcomer.types(['cd project', ...linesOf(leaving.replace('ROUTE', 'openai')), ...linesOf(removing)])

  assert.deepEqual(newcomer.filesLeft(), [])
})

test('a newcomer with a keyring comes from a release to the first request with the key in it', {
  skip: noRelease || secretServiceSkip,
}, async (t) => {
  const { env, lookup } = await startSecretService(t)
  const newcomer = await openNewcomer(t, { DBUS_SESSION_BUS_ADDRESS: env['DBUS_SESSION_BUS_ADDRESS'] })

  await newcomer.arrives('the system keyring')

  assert.equal(await lookup({ service: 'cordon', username: 'openai' }), key)
})

interface Newcomer {
  /** Types all of the way, and sees that the key lies in this store and arrives at the origin. */
  arrives(store: string): Promise<void>
  /** Types each line, with the key for stdin, and gives what was printed; every line has to end with 0. */
  types(lines: readonly string[]): Promise<string>
  /** What is in the home besides the release. */
  filesLeft(): string[]
}

async function openNewcomer(t: TestContext, session: NodeJS.ProcessEnv = {}): Promise<Newcomer> {
  const desk = openDesk()
  t.after(() => desk.clear())
  const release = await serveRelease(t)
  const api = await startOrigin(t, 'api.openai.com', { answer: (_, response) => response.end('{"object":"list"}\n') })
  const company = await startCompanyProxy(t, { places: { [api.host]: api.port } })
  const env = {
    ...session,
    PATH: systemPrograms(desk),
    HTTPS_PROXY: `http://127.0.0.1:${company.hop.at.port}`,
    NODE_EXTRA_CA_CERTS: put(desk, '../origin-ca.pem', originCa.pem),
  }
  const types: Newcomer['types'] = async (lines) => {
    const script = `${stopwatch}\n${lines.map((line) => `step ${shellWord(line)}`).join('\n')}`
    const { code, stdout } = await desk.run('bash', ['-c', `exec 2>&1\n${script}`], {
      cwd: desk.home,
      env,
      input: key,
    })
    assert.equal(code, 0, stdout)
    return stdout
  }
  return {
    types,
    async arrives(store) {
      const download = `curl --silent --show-error --remote-name-all ${release}/{SHA256SUMS,${archiveName}.tar.gz}`
      const printed = await types([download, ...linesOf(installing), 'mkdir project && cd project', ...toFirstRequest])

      assert.match(printed, /^cordon \S+ .*, one binary\)$/m)
      assert.ok(printed.replaceAll(desk.home, '~').includes(`Stored the secret of openai in ${store}`), printed)
      assert.deepEqual(
        api.requests.map(({ target, fields }) => [target, fields['authorization']]),
        [['/v1/models', `Bearer ${key}`]],
      )
      for (const { to } of linksOf(pageAt('README.md'))) assert.ok(existsSync(join(desk.home, archiveName, to)), to)
      assert.ok(!printed.includes(key))
      await types(['cd project', 'cordon stop'])
      assert.deepEqual(filesHolding(desk.folder, key), [])
      for (const line of timesIn(printed)) t.diagnostic(line)
    },
    filesLeft: () =>
      readdirSync(desk.home, { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map(({ parentPath, name }) => relative(desk.home, join(parentPath, name)))
        .filter((path) => !/^(SHA256SUMS$|cordon-)/.test(path)),
  }
}

/** The archive as `npm run release` packs it, and its digest among those of files that a newcomer leaves where they are. */
function packRelease(): void {
  packArchive(dirname(cordonBinary ?? ''), out, '2026-01-01T00:00:00Z')
  const archive = `${archiveName}.tar.gz`
  const digest = hash('sha256', readFileSync(join(out, archive)))
  writeFileSync(join(out, 'SHA256SUMS'), `${digest}  ${archive}\n${'0'.repeat(64)}  cordon.cdx.json\n`)
}

async function serveRelease(t: TestContext): Promise<string> {
  const server = createServer((request, response) =>
    createReadStream(join(out, basename(request.url ?? ''))).pipe(response),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A folder with all the programs that the pages take for granted, and no Node. */
function systemPrograms({ folder }: Desk): string {
  const bin = join(folder, 'system')
  mkdirSync(bin)
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  for (const name of ['bash', 'curl', 'gzip', 'install', 'mkdir', 'rm', 'sha256sum', 'tar']) {
    const path = folders.map((one) => join(one, name)).find(isExecutable)
    assert.ok(path, `${name} is not on the PATH`)
    symlinkSync(path, join(bin, name))
  }
  return bin
}

const linesOf = (block: string) => block.trimEnd().split('\n')

/** A shell as Debian's ~/.profile makes it, which finds ~/.local/bin once it is there. */
const stopwatch = `[ -d ~/.local/bin ] && PATH=~/.local/bin:$PATH
step() {
  local began=$EPOCHREALTIME
  eval "$1" || { echo "ended with $?: $1"; exit 1; }
  echo "@ $began $EPOCHREALTIME $1"
}`

/** One line for each step, and one for all of them, in seconds. */
function timesIn(printed: string): string[] {
  const steps = [...printed.matchAll(/^@ (\S+) (\S+) (.*)$/gm)].map(([, began, ended, command = '']) => ({
    seconds: Number(ended) - Number(began),
    command: command.replace(/ +#.*/, '').replace(/http:\S+/, '…'),
  }))
  const from = (word: string) =>
    steps
      .slice(steps.findIndex(({ command }) => command.startsWith(word)))
      .reduce((sum, { seconds }) => sum + seconds, 0)
      .toFixed(2)
  return [
    ...steps.map(({ seconds, command }) => `${seconds.toFixed(2)} s  ${command}`),
    `${from('curl')} s from the download to the first request with a key, ${from('tar')} s of them from the unpacking on`,
  ]
}
