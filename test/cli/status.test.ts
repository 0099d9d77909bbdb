import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { modeOf } from '../../src/base/file.ts'
import { curl, openStreaming } from './routed.ts'
import { openPage, secret } from './transcript.ts'

test('status and wait without a proxy end with 5 and name the command that starts it', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup; cordon setup --scope user')

  await page.reads(`
    $ cordon status
    2> ✗ cordon does not run: nobody listens on 127.0.0.1:PORT. (proxy_stopped)
    2>   hint: run \`cordon start\`
    [5]
    $ cordon status --json
    {
      "error": {
        "code": "proxy_stopped",
        "message": "cordon does not run: nobody listens on 127.0.0.1:PORT.",
        "hint": "run \`cordon start\`"
      }
    }
    [5]
    $ cordon status --quiet
    [5]
    $ cordon status --scope user
    2> ✗ cordon does not run: nobody listens on 127.0.0.1:PORT. (proxy_stopped)
    2>   hint: run \`cordon start --scope user\`
    [5]
    $ cordon wait --timeout 0
    2> ✗ cordon did not come up on 127.0.0.1:PORT within 0 s. (proxy_stopped)
    2>   hint: run \`cordon start\`
    [5]
    $ cordon wait --timeout 0.2 --json
    {
      "error": {
        "code": "proxy_stopped",
        "message": "cordon did not come up on 127.0.0.1:PORT within 0.2 s.",
        "hint": "run \`cordon start\`"
      }
    }
    [5]
    $ cordon wait --timeout soon
    2> ✗ "soon" is no number of seconds. (usage)
    2>   hint: give one, such as \`--timeout 30\`
    [2]
  `)
})

test('status and wait of a proxy that runs say so and end with 0', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup')
  await page.desk.start()

  await page.reads(`
    $ cordon status
    cordon VERSION listens on 127.0.0.1:PORT (process PID, since DATE), with 0 open streams.
    It goes by /desk/project/cordon.toml as it is.
    $ cordon status --quiet
    $ cordon wait
    $ cordon wait --json
    {
      "running": true,
      "port": PORT
    }
  `)
})

test('wait returns as soon as a proxy that is starting accepts', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup')

  const waiting = page.typed('cordon wait --json')
  await page.desk.start()

  assert.equal((await waiting).code, 0)
})

test('status tells of routes, secrets, clients, refusals and the last error, and never a value', async (t) => {
  const { page, began } = await openStreaming(t)
  await page.typed('cordon route add --host api.anthropic.com --source age')
  await page.desk.start(['--keep-going'])
  const streaming = page.typed(curl('/stream'))
  const [stream] = await began(1)
  await page.typed(curl('/v1/models'))
  await page.typed('cordon run -- curl -sS https://api.anthropic.com/v1/models')

  await page.reads(`
    $ cordon status
    cordon VERSION listens on 127.0.0.1:PORT (process PID, since DATE), with 1 open stream.
    It goes by /desk/project/cordon.toml as it is.
    ROUTE      REQUESTS  LAST USE              SECRET
    openai     2         DATE  stored
    anthropic  1         DATE  missing
    CLIENT   REQUESTS  LAST USE
    default  3         DATE
    Refused: secret_missing 1.
    Last error, at DATE: The credential of the route anthropic is not there: There is no secret "anthropic" in the encrypted file ~/.config/cordon/secrets.age. (secret_missing)
    2> ! anthropic: There is no secret "anthropic" in the encrypted file ~/.config/cordon/secrets.age. To mend it, run \`cordon secret set anthropic\`.
  `)
  const { stdout } = await page.typed('cordon status --json')
  const { config, routes, clients, refused, lastError, open } = JSON.parse(
    stdout.replace(/"[\d-]+T[\d:.]+Z"/g, '"DATE"'),
  )
  assert.deepEqual(config, {
    path: join(page.desk.project, 'cordon.toml'),
    readAt: 'DATE',
    state: 'present',
    pending: [],
  })
  assert.deepEqual(routes[0], {
    name: 'openai',
    requests: 2,
    lastUse: 'DATE',
    secret: { account: 'openai', state: 'stored' },
  })
  assert.equal(routes[1].secret.mend, 'run `cordon secret set anthropic`')
  assert.deepEqual(clients, [{ name: 'default', requests: 3, lastUse: 'DATE' }])
  assert.deepEqual(refused, { secret_missing: 1 })
  assert.equal(lastError.code, 'secret_missing')
  assert.equal(open.streams, 1)

  stream?.end()
  assert.equal((await streaming).stdout, 'data: first\n\n')
  assert.ok(!stdout.includes(secret))
})

test('what asks the proxy of a configuration tells it from that of another one', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup; mkdir other; cp cordon.toml other')
  await page.desk.start()

  await page.reads(`
    $ cordon status --config other/cordon.toml
    2> ✗ The cordon of another configuration listens on 127.0.0.1:PORT. (port_foreign)
    2>   hint: see whose it is with \`cordon doctor --config other/cordon.toml\`
    [5]
  `)
  const { stderr } = await page.typed('cordon status --config other/cordon.toml')
  for (const command of ['logs', 'reload', 'wait -t 0'])
    assert.equal((await page.typed(`cordon ${command} --config other/cordon.toml`)).stderr, stderr, command)
})

test('a program asks the same over the socket, which is for its owner alone', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup')
  await page.desk.start()
  const [file = ''] = globSync(join(page.desk.home, '.config/cordon/projects/*/run.json'))
  const { socket } = JSON.parse(readFileSync(file, 'utf8'))

  const { stdout } = await page.typed(`curl -sS --unix-socket '${socket}' http://cordon/status`)
  const unknown = await page.typed(`curl -sS --unix-socket '${socket}' -X POST http://cordon/status`)

  assert.equal(JSON.parse(stdout).running, true)
  assert.equal(JSON.parse(unknown.stdout).error.code, 'control_unknown')
  assert.deepEqual([modeOf(socket), modeOf(dirname(socket))], [0o600, 0o700])
})
