/** The main path: a real Codex speaks WebSocket through cordon, and never holds the key. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { placeholderLogin } from '../../src/integrations/codex-auth.ts'
import { type CodexResult, runCodex, startForwarder } from '../codex.ts'
import { filesHolding } from '../desk.ts'
import {
  authoritiesIn,
  canary,
  done,
  fieldOf,
  holdsKey,
  originCaFile,
  placesHoldingKey,
  processes,
  quietConfig,
  startCodexWorld,
} from './codex-world.ts'

const world = await startCodexWorld()
const { desk, origin } = world
after(() => world.close())
const skip = process.platform !== 'linux' && 'it looks into /proc'

test('codex exec answers over one WebSocket, and the origin sees the real key wherever Codex sent its own', async () => {
  const run = await world.exec()

  assert.equal(run.code, 0, run.stderr)
  assert.match(run.stdout, /Hello from the origin\./)
  assert.doesNotMatch(run.stdout + run.stderr, /Reconnecting|Falling back/)
  assert.deepEqual(
    origin.requests.filter(({ url }) => url === '/v1/responses').map(({ websocket }) => websocket),
    [true],
  )
  assert.ok(origin.requests.some(({ url }) => url.startsWith('/backend-api/codex/models')))
  for (const request of origin.requests)
    assert.equal(fieldOf(request, 'authorization'), `Bearer ${canary}`, request.url)
})

test('codex exec takes no longer through cordon than straight to the origin, give or take 0.3 s', async (t) => {
  const straight = await straightCodex(t)
  await straight()
  await world.exec()

  const times: { straight: number; through: number }[] = []
  for (let round = 0; round < 3; round++)
    times.push({ straight: (await straight()).ms, through: (await world.exec()).ms })

  const lost = median(times.map(({ through }) => through)) - median(times.map(({ straight }) => straight))
  assert.ok(lost < 300, `cordon costs ${lost} ms: ${JSON.stringify(times)}`)
  t.diagnostic(`cordon costs ${lost} ms a turn`)
})

test('codex doctor finds its way through cordon whole', async () => {
  const run = await world.codex(['doctor', '--json', '--network-only'])

  assert.equal(run.code, 0, run.stderr)
  const { overallStatus, checks } = JSON.parse(run.stdout) as {
    overallStatus: string
    checks: Record<string, { status: string }>
  }
  assert.equal(overallStatus, 'ok')
  for (const [name, { status }] of Object.entries(checks)) assert.equal(status, 'ok', name)
})

test('the client token of Codex lies in the two files that Codex reads, and at our end as a digest', async () => {
  const { stdout } = await done(desk.cordon(['env', '--json']))
  const ofAnyone = tokenIn((JSON.parse(stdout) as { HTTPS_PROXY: string }).HTTPS_PROXY)
  const ofCodex = tokenIn((await desk.run('grep', ['-m1', '^HTTPS_PROXY=', '.codex/.env'])).stdout)

  const below = (token: string) => filesHolding(desk.folder, token).map((file) => file.slice(desk.folder.length + 1))

  assert.deepEqual(below(ofCodex).sort(), ['project/.codex/.env', 'project/.codex/config.toml'])
  const [file, ...others] = below(ofAnyone)
  assert.match(file ?? '', /^home\/\.config\/cordon\/projects\/project-\w+\/tokens\.toml$/)
  assert.deepEqual(others, [])
  assert.equal(world.printed().includes(ofCodex), false)
})

test('a command in the sandbox of Codex reaches a routed host with its credential, and no key comes back to the model', {
  skip,
}, async (t) => {
  const secret = 'tools-canary-51b7e09c33f2'
  const words = ['--host', 'api.tools.test', '--header-name', 'X-Token', '--connect-to', `127.0.0.1:${origin.port}`]
  await done(desk.cordon(['route', 'add', '--name', 'tools', ...words]))
  await done(desk.cordon(['secret', 'set', 'tools'], { input: secret }))
  await world.start()
  // The system's own folder for temporary files is one that the sandbox may write to.
  const outside = mkdtempSync('/var/tmp/cordon-test-')
  t.after(() => rmSync(outside, { recursive: true }))
  const commands = [
    'curl -sSv -o /dev/null https://api.tools.test/v1/models',
    `touch ${outside}/escaped`,
    'cat .codex/auth.json cordon.toml',
    'cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ > what-processes-hold',
    'env',
  ]
  world.originDoes({ runs: commands.join('; ') })
  const before = origin.requests.length

  const run = await world.exec()

  world.originDoes()
  assert.equal(run.code, 0, run.stderr)
  const requests = origin.requests.slice(before)
  const asked = requests.find((request) => fieldOf(request, 'user-agent')?.startsWith('curl/'))
  assert.ok(asked, run.stdout)
  assert.equal(fieldOf(asked, 'x-token'), secret)
  const messages = requests.flatMap((request) => request.messages)
  const told = outputsIn(messages)
  for (const seen of [/< HTTP\/2 200/, /Read-only file system/, /sk-cordon-placeholder/, /HTTPS_PROXY=/])
    assert.match(told, seen)
  const ofProcesses = readFileSync(join(desk.project, 'what-processes-hold'), 'utf8')
  assert.match(ofProcesses, /HTTPS_PROXY=/)
  const held = [...messages, ofProcesses].join('\n')
  assert.equal(holdsKey(held) || held.includes(secret), false)
  assert.deepEqual(readdirSync(outside), [])
})

test('no process, file or output holds the real key while Codex runs or after it', { skip }, async () => {
  world.originDoes({ paceMs: 50 })
  const scans: string[] = []
  let isOver = false

  const running = world.exec().finally(() => {
    isOver = true
  })
  while (!isOver) {
    scans.push(...processes())
    await nextTurn()
  }
  await running

  world.originDoes()
  assert.ok(
    scans.some((one) => /cordon(\.js)? start/.test(one)),
    'cordon was looked at',
  )
  assert.ok(
    scans.some((one) => /bin\/codex exec .* CODEX_HOME=/s.test(one)),
    'Codex was looked at',
  )
  assert.deepEqual(scans.filter(holdsKey), [])
  assert.deepEqual(placesHoldingKey(world), [])
})

test('Codex asked cordon for no host but those that have a route', () => {
  const asked = authoritiesIn(world.printed()).filter((authority) => authority !== 'api.tools.test:443')

  assert.deepEqual(asked, ['api.openai.com:443', 'chatgpt.com:443'])
})

/** What commands printed, as Codex hands it to the model. */
function outputsIn(messages: readonly string[]): string {
  const items = messages.filter(Boolean).flatMap((message) => (JSON.parse(message) as { input: Item[] }).input)
  return JSON.stringify(items.filter(({ type }) => type === 'custom_tool_call_output'))
}

interface Item {
  type: string
}

const tokenIn = (url: string) => /:([\w-]{20,})@127/.exec(url)?.[1] ?? assert.fail(`no token in ${url}`)

/** The same turn by a Codex of its own home, whose way to the origin nobody reads. */
async function straightCodex(t: { after(run: () => Promise<void>): void }): Promise<() => Promise<CodexResult>> {
  const { url } = await startForwarder(t, origin.port)
  const home = join(desk.folder, 'straight-home')
  mkdirSync(home)
  writeFileSync(join(home, 'config.toml'), quietConfig)
  writeFileSync(join(home, 'auth.json'), placeholderLogin)
  const env = { HTTPS_PROXY: url, SSL_CERT_FILE: originCaFile(desk) }
  const args = ['exec', '--json', '--skip-git-repo-check', 'say hello']
  return async () => {
    const run = await runCodex({ home, cwd: desk.project, args, env })
    assert.equal(run.code, 0, run.stderr)
    return run
  }
}

const median = (numbers: readonly number[]) => numbers.toSorted((one, other) => one - other)[numbers.length >> 1] ?? 0
