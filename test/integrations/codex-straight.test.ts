/** What the real Codex does with our origin when no cordon is in the way, and where its own settings lead it. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { codex } from '../../src/integrations/codex.ts'
import { placeholder, placeholderLogin } from '../../src/integrations/codex-auth.ts'
import { type CodexResult, type Forwarder, runCodex, startForwarder } from '../codex.ts'
import { type ResponsesOrigin, type ResponsesOriginOptions, startResponsesOrigin } from '../responses-origin.ts'
import { originCa, originCertificate, temporaryFolder } from '../world.ts'

interface Straight {
  origin: ResponsesOrigin
  forwarder: Forwarder
  home: string
  cwd: string
  bundle: string
  exec(env: Record<string, string>, ...args: string[]): Promise<CodexResult>
}

/** A Codex with the placeholder in its home, a work folder, and a way to the origin that nobody reads. */
async function startStraight(t: TestContext, options: Partial<ResponsesOriginOptions> = {}): Promise<Straight> {
  const root = temporaryFolder(t)
  const [home, cwd, bundle] = [join(root, 'codex-home'), join(root, 'work'), join(root, 'origin-ca.pem')]
  mkdirSync(home)
  mkdirSync(cwd)
  writeFileSync(bundle, originCa.pem)
  const origin = await startResponsesOrigin(t, { ...originCertificate(['api.openai.com', 'chatgpt.com']), ...options })
  const forwarder = await startForwarder(t, origin.port)
  const exec = (env: Record<string, string>, ...args: string[]) =>
    runCodex({ home, cwd, env, args: ['exec', '--json', '--skip-git-repo-check', ...args, 'hi'] })
  return { origin, forwarder, home, cwd, bundle, exec }
}

const loggedIn = ({ home }: Straight) => writeFileSync(join(home, 'auth.json'), placeholderLogin)
const straight = ({ forwarder, bundle }: Straight) => ({ HTTPS_PROXY: forwarder.url, SSL_CERT_FILE: bundle })

const turnsOf = ({ origin }: Straight, websocket: boolean) =>
  origin.requests.filter((request) => request.url === '/v1/responses' && request.websocket === websocket)

const fieldOf = (fields: readonly [string, string][] = [], wanted: string) =>
  fields.find(([name]) => name.toLowerCase() === wanted)?.[1]

test('codex exec answers over one WebSocket', async (t) => {
  const world = await startStraight(t, { says: 'A straight answer.' })
  loggedIn(world)

  const run = await world.exec(straight(world))

  assert.equal(run.code, 0, run.stderr)
  assert.match(run.stdout, /A straight answer\./)
  assert.doesNotMatch(run.stdout + run.stderr, /Reconnecting/)
  const [socket, ...others] = turnsOf(world, true)
  assert.equal(fieldOf(socket?.fields, 'authorization'), `Bearer ${placeholder}`)
  assert.equal(socket?.messages.length, 2)
  assert.deepEqual(others, [])
  assert.deepEqual(turnsOf(world, false), [])
})

test('codex exec falls back to SSE in silence when the upgrade is answered with 426', async (t) => {
  const world = await startStraight(t, { websocket: { refuse: 426 } })
  loggedIn(world)

  const run = await world.exec(straight(world))

  assert.equal(run.code, 0, run.stderr)
  assert.match(run.stdout, /Hello from the origin\./)
  assert.doesNotMatch(run.stdout + run.stderr, /Reconnecting|Falling back/)
  assert.equal(turnsOf(world, false).length, 1)
})

for (const [what, options] of [
  ['the upgrade', { websocket: { refuse: 400 } }],
  ['the POST', { websocket: { refuse: 426 }, refusePost: 400 }],
] as const) {
  test(`a 400 on ${what} ends codex exec at once, with the origin's sentence printed`, async (t) => {
    const world = await startStraight(t, options)
    loggedIn(world)

    const run = await world.exec(straight(world))

    assert.equal(run.code, 1)
    assert.match(run.stdout, /The origin refuses, as the test asked\./)
    assert.doesNotMatch(run.stdout, /Reconnecting/)
    assert.equal(turnsOf(world, false).length, 'refusePost' in options ? 1 : 0)
  })
}

for (const websocket of ['accept', { refuse: 426 }] as const) {
  test(`a set-up Codex finds its way by its home alone, and so does its sandboxed curl (${JSON.stringify(websocket)})`, async (t) => {
    const command = 'curl -sS https://api.openai.com/v1/models'
    const world = await startStraight(t, { websocket, runs: command })
    const { home, cwd } = world
    const env = { PATH: process.env['PATH'], CODEX_HOME: home }
    const stateFolder = join(home, '..', 'state')
    const variables = { ...straight(world), CURL_CA_BUNDLE: world.bundle }
    const self = { command: 'cordon', options: '' }
    const context = { scope: 'user', cwd, env, stateFolder, variables, self } as const
    await codex.apply(context, codex.plan(context))

    const run = await world.exec({})

    assert.equal(run.code, 0, run.stderr)
    assert.match(run.stdout, /Hello from the origin\./)
    const asked = world.origin.requests.find(
      ({ url, fields }) => url === '/v1/models' && fieldOf(fields, 'user-agent')?.startsWith('curl/'),
    )
    assert.ok(asked, 'the sandboxed curl reached the origin')
    const [socket] = turnsOf(world, true)
    const last = websocket === 'accept' ? socket?.messages.at(-1) : turnsOf(world, false).at(-1)?.messages[0]
    assert.match(last ?? '', /\\"exit_code\\":0/)
  })
}

test('codex doctor finds our origin whole', async (t) => {
  const world = await startStraight(t)
  loggedIn(world)

  const run = await runCodex({ ...world, env: straight(world), args: ['doctor', '--json', '--network-only'] })

  assert.equal(run.code, 0, run.stderr)
  assert.equal(JSON.parse(run.stdout).overallStatus, 'ok')
})
