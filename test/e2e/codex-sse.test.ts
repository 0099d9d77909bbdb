/** The other path: an origin that takes no WebSocket, one that is down, and a cordon that is killed in the middle. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import test, { after } from 'node:test'
import { canary, done, fieldOf, startCodexWorld } from './codex-world.ts'

const world = await startCodexWorld()
const { desk, origin } = world
after(() => world.close())
await world.exec()

const turn = JSON.stringify({ model: 'any', stream: true, input: [] })

test('codex exec falls back to SSE in silence when the origin takes no WebSocket', async () => {
  world.originDoes({ websocket: { refuse: 404 } })
  const before = origin.requests.length

  const run = await world.exec()

  assert.equal(run.code, 0, run.stderr)
  assert.match(run.stdout, /Hello from the origin\./)
  assert.doesNotMatch(run.stdout + run.stderr, /Reconnecting|Falling back/)
  assert.ok(run.ms < 1500, `it took ${run.ms} ms`)
  const requests = origin.requests.slice(before)
  assert.equal(requests.filter(({ method, url }) => method === 'POST' && url === '/v1/responses').length, 1)
  for (const request of requests) assert.equal(fieldOf(request, 'authorization'), `Bearer ${canary}`)
})

test('a turn survives a cordon that is killed in the middle of it and started again', async () => {
  world.originDoes({ websocket: { refuse: 426 }, paceMs: 100 })
  const before = origin.requests.length
  const streaming = nextPost()

  const running = world.exec()
  await streaming
  await world.stop('SIGKILL')
  await world.start()
  const run = await running

  assert.equal(run.code, 0, run.stderr)
  assert.match(run.stdout, /Hello from the origin\./)
  assert.equal(origin.requests.slice(before).filter(({ method }) => method === 'POST').length, 2)
})

test('an answer that a killed cordon cut off does not look whole', async () => {
  world.originDoes({ paceMs: 100 })
  const { stdout } = await done(desk.cordon(['env', '--json']))
  const words = ['-sSN', '-d', turn, 'https://api.openai.com/v1/responses']
  const curl = spawn('curl', words, { env: { ...desk.env, ...(JSON.parse(stdout) as NodeJS.ProcessEnv) } })
  const closed = once(curl, 'close') as Promise<[number]>

  const [first] = (await once(curl.stdout, 'data')) as [Buffer]
  await world.stop('SIGKILL')
  const [code] = await closed

  assert.match(String(first), /response\.created/)
  assert.notEqual(code, 0)
})

test('a killed cordon starts again at once, with all it had', async () => {
  const files = () =>
    ['cordon.toml', '.codex/.env', '.codex/config.toml'].map((name) => readFileSync(`${desk.project}/${name}`))
  const before = files()
  await world.stop('SIGKILL')

  await world.start()
  world.originDoes()
  const run = await world.exec()

  assert.equal(run.code, 0, run.stderr)
  assert.deepEqual(files(), before)
})

test('an origin that is down is named by Codex, with the status 502 that it may repeat', async () => {
  await origin.close()
  // The built-in provider repeats a 502 for 25 s, and its settings cannot be changed.
  const provider = `{ name = "impatient", base_url = "https://api.openai.com/v1", wire_api = "responses", requires_openai_auth = true, request_max_retries = 0, stream_max_retries = 0 }`

  const run = await world.exec('-c', 'model_provider="impatient"', '-c', `model_providers.impatient=${provider}`)

  assert.equal(run.code, 1)
  assert.match(run.stdout, /502 Bad Gateway: cordon: The origin api\.openai\.com:443 refused the connection\./)
})

/** Resolves when the next POST has reached the origin, which then takes its time. */
async function nextPost(): Promise<void> {
  const seen = origin.requests.length
  const isOne = () => origin.requests.slice(seen).some(({ method }) => method === 'POST')
  while (!isOne()) await new Promise(setImmediate)
}
