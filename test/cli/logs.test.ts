import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { cordonFile } from '../desk.ts'
import { curl, openRouted, wrote } from './routed.ts'
import { openPage, secret } from './transcript.ts'

test('logs prints what the proxy has told, for a person or as it was written', async (t) => {
  const { page } = await openRouted(t)
  const cordon = await page.desk.start()
  await page.typed(curl('/v1/models?key=query-canary'))
  await wrote(cordon, '"exchange"')

  const { stdout } = await page.typed('cordon logs')
  const json = await page.typed('cordon logs --json -n 1')

  assert.match(
    stdout,
    /^\d\d:\d\d:\d\d {2}info {3}exchange {2}authority=api\.openai\.com:443 {2}method=GET {2}http=\S+ {2}verdict=inject {2}route=openai {2}client=default {2}status=200 {2}ms=\d+\n$/,
  )
  const { level, route, status, msg } = JSON.parse(json.stdout)
  assert.deepEqual({ level, route, status, msg }, { level: 'info', route: 'openai', status: 200, msg: 'exchange' })
  for (const canary of [secret, 'query-canary']) assert.ok(!`${stdout}${json.stdout}`.includes(canary))
})

test('logs -f prints the lines that come, and ends with the proxy', async (t) => {
  const { page } = await openRouted(t)
  await page.desk.start()
  const { env, project } = page.desk
  const following = spawn(process.execPath, [cordonFile, 'logs', '-f', '--json'], {
    cwd: project,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => following.kill('SIGKILL'))
  const ended = once(following, 'exit')
  const lines = createInterface({ input: following.stdout })[Symbol.asyncIterator]()
  const heard = async () => JSON.parse((await lines.next()).value ?? '{}')

  const first = heard()
  await page.typed(curl('/v1/models'))
  const exchange = await first
  await page.typed('cordon stop')

  assert.deepEqual([exchange.msg, exchange.route], ['exchange', 'openai'])
  assert.equal((await heard()).msg, 'stopping')
  assert.deepEqual(await ended, [0, null])
})

test('logs ends in peace when nobody reads on', async (t) => {
  const { page } = await openRouted(t)
  const cordon = await page.desk.start()
  for (let i = 0; i < 3; i++) await page.typed(curl('/v1/models'))
  await wrote(cordon, /("exchange".*){3}/s)

  const { stdout, stderr } = await page.typed('cordon logs --json | head -n 1')

  assert.equal(JSON.parse(stdout).msg, 'exchange')
  assert.equal(stderr, '')
})

test('logs without a proxy, or with a count that is none, says what is wrong', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup')

  await page.reads(`
    $ cordon logs
    2> ✗ cordon does not run, and its log ended with it. (proxy_stopped)
    2>   hint: run \`cordon start\`
    [5]
    $ cordon logs -n many
    2> ✗ "many" is no number of lines. (usage)
    2>   hint: give one, such as \`--lines 200\`
    [2]
  `)
})
