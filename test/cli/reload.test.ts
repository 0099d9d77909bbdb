import assert from 'node:assert/strict'
import { globSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { askReload } from '../../src/control/ask.ts'
import { cordonFile, put } from '../desk.ts'
import { startOrigin } from '../world.ts'
import { curl, openRouted, openStreaming, wrote } from './routed.ts'
import { noTerminal } from './terminal.ts'
import { normal, openPage, type Page } from './transcript.ts'

const configOf = ({ desk }: Page) => readFileSync(join(desk.project, 'cordon.toml'), 'utf8')
const readAt = async (page: Page): Promise<string> => {
  const { stdout } = await page.typed('cordon status --json')
  return JSON.parse(stdout).config.readAt
}

test('a route that is added, changed or removed holds from the next request on, without a restart', async (t) => {
  const page = openPage(t)
  const origin = await startOrigin(t, 'localhost', { cleartext: true })
  await page.typed('cordon setup')
  await page.desk.start()
  const flags = `--source age --name mailer --port ${origin.port} --allow-cleartext --auth-type header --header-name Authorization --scheme Bearer`

  await page.reads(`
    $ cordon route add --host localhost ${flags}
    ✓ Added the route mailer for localhost to /desk/project/cordon.toml.
    ✓ The running cordon goes by it from the next request on.
    2>   next: cordon secret set mailer
    $ printf sk-first | cordon secret set mailer
    ✓ Stored the secret of mailer in the encrypted file ~/.config/cordon/secrets.age, as "mailer".
    $ cordon run -- curl -sS --noproxy '' http://localhost:${origin.port}/ 2>/dev/null
    {"ok":true}
    $ cordon route edit mailer --scheme Token
    ✓ Changed the route mailer in /desk/project/cordon.toml.
    ✓ The running cordon goes by it from the next request on.
    $ cordon run -- curl -sS --noproxy '' http://localhost:${origin.port}/ 2>/dev/null
    {"ok":true}
    $ cordon route remove mailer
    ✓ Removed the route mailer from /desk/project/cordon.toml.
    ✓ The running cordon goes by it from the next request on.
    2> ! Its secret, if one was stored, stays in its store as "mailer".
    $ cordon run -- curl -sS --noproxy '' -o /dev/null -w '%{http_code}\\n' http://localhost:${origin.port}/
    403
    2> ! /desk/project/cordon.toml has no route yet.
    2>   next: cordon route add
  `)
  assert.deepEqual(
    origin.requests.map(({ fields }) => fields['authorization']),
    ['Bearer sk-first', 'Token sk-first'],
  )
})

test('a file that an editor writes is read by itself, whichever way it is written', async (t) => {
  const { page } = await openRouted(t)
  const cordon = await page.desk.start()
  const file = join(page.desk.project, 'cordon.toml')
  const before = await readAt(page)

  writeFileSync(`${file}~`, `${configOf(page)}# by rename\n`)
  renameSync(`${file}~`, file)
  await wrote(cordon, /configuration read again/)
  const renamed = await readAt(page)
  writeFileSync(file, `${configOf(page)}# in place\n`)
  await wrote(cordon, /configuration read again.*configuration read again/s)

  assert.ok(before < renamed)
  assert.ok(renamed < (await readAt(page)))
  await page.reads(`
    $ cordon reload
    ✓ cordon goes by /desk/project/cordon.toml as it is.
    $ cordon reload --json
    {
      "outcome": "same",
      "pending": []
    }
  `)
})

test('a broken edit changes nothing, and log, status, reload and doctor tell what is wrong', async (t) => {
  const { page } = await openRouted(t)
  const cordon = await page.desk.start()
  const sound = configOf(page)

  put(page.desk, 'cordon.toml', `${sound}\n[[routes]]\nnam = "x"\n`)
  await wrote(cordon, 'change not taken over')

  const status = await page.typed('cordon status')
  assert.match(normal(page.desk, status.stdout), /It goes by \/desk\/project\/cordon.toml as it was at DATE\./)
  assert.match(
    status.stderr,
    /! A change could not be taken over: cordon\.toml has \d faults\. \(config_faulty\)\n {2}cordon\.toml:\d+: /,
  )
  const started = await page.typed('cordon start')
  assert.ok(status.stderr.includes(started.stderr.replace('✗ ', '').trimEnd()), started.stderr)
  const reloaded = await page.typed('cordon reload')
  assert.equal(reloaded.code, 3)
  assert.equal(reloaded.stderr, `! The running cordon goes on as before.\n${started.stderr}`)
  const doctor = await page.typed('cordon doctor')
  assert.match(
    doctor.stdout,
    /✗ running {2}The running cordon \(process \d+\) goes by the configuration as it was at .*faulty/,
  )

  put(page.desk, 'cordon.toml', sound)
  await wrote(cordon, 'configuration sound again')
  const after = await page.typed(curl('/v1/models'))
  assert.equal(after.stdout, '{"ok":true}')
})

test('a stream under way outlasts a hundred reloads, and nothing is left of them', async (t) => {
  const { page, began } = await openStreaming(t)
  const cordon = await page.desk.start()
  const streaming = page.typed(curl('/stream'))
  const [stream] = await began(1)
  const { port } = await startOrigin(t, 'api.openai.com', { answer: (_, response) => response.end('another') })
  await page.typed(`cordon route edit openai --connect-to 127.0.0.1:${port}`)
  const text = configOf(page)
  const descriptors = () => readdirSync(`/proc/${cordon.process.pid}/fd`).length
  const { reload } = await controlOf(page)
  await reload()
  const before = process.platform === 'linux' ? descriptors() : 0

  for (let i = 0; i < 100; i++) {
    put(page.desk, 'cordon.toml', `${text}\n[network]\nconnect_timeout = ${i + 1}\n`)
    assert.equal(await reload(), 'renewed')
  }
  const other = await page.typed(curl('/v1/models'))
  stream?.end('data: last\n\n')

  assert.equal((await streaming).stdout, 'data: first\n\ndata: last\n\n')
  assert.equal(other.stdout, 'another')
  assert.doesNotMatch(cordon.output(), /not taken over/)
  if (process.platform === 'linux') assert.ok(descriptors() <= before + 2, `${before} and then ${descriptors()}`)
})

test('another port is left for the next start, in one sentence, and the rest holds', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup')
  await page.desk.start()

  await page.reads(`
    $ sed -i 's/^listen = .*/listen = 9/' cordon.toml; cordon reload
    ✓ cordon goes by /desk/project/cordon.toml as it is.
    2> ! cordon stays on port PORT: \`listen = PORT\` of /desk/project/cordon.toml holds after \`cordon stop\` and \`cordon start\`.
    $ cordon doctor | grep port
    ! running      cordon stays on port PORT: \`listen = PORT\` of /desk/project/cordon.toml holds after \`cordon stop\` and \`cordon start\`.
  `)
})

test('a new CA signs the leaves of the tunnels to come', async (t) => {
  const { page } = await openRouted(t)
  const cordon = await page.desk.start()
  await page.typed('rm ~/.config/cordon/projects/*/certs/ca-*.pem')
  await page.typed('cordon setup')
  await wrote(cordon, 'configuration read again')

  const { stdout, stderr } = await page.typed(curl('/v1/models'))

  assert.equal(stdout, '{"ok":true}', stderr)
})

test('SIGHUP reads the files again', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup')
  const cordon = await page.desk.start()

  put(page.desk, 'cordon.toml', `${configOf(page)}# more\n`)
  cordon.process.kill('SIGHUP')
  await wrote(cordon, 'configuration read again')

  await page.reads(`
    $ cordon status --quiet
  `)
})

test('the end of its terminal is the end of a cordon in the foreground', { skip: noTerminal }, async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup')
  const script = `
import os, pty, sys
child, terminal = pty.fork()
if child == 0: os.execv(sys.argv[1], [sys.argv[1], sys.argv[2], "start"])
shown = b""
while b"listening" not in shown: shown += os.read(terminal, 65536)
os.close(terminal)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
`

  const { code } = await page.desk.run('python3', ['-c', script, process.execPath, cordonFile])

  assert.equal(code, 0)
  await page.reads(`
    $ cordon status --quiet
    [5]
  `)
})

test('reload without a proxy says how to start it', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup')

  await page.reads(`
    $ cordon reload
    2> ✗ cordon does not run, so there is nothing to reload. (proxy_stopped)
    2>   hint: run \`cordon start\`
    [5]
  `)
})

/** The running cordon over its socket, as `cordon reload` asks it. */
async function controlOf({ desk }: Page): Promise<{ reload(): Promise<string | undefined> }> {
  const [file = ''] = globSync(join(desk.home, '.config/cordon/projects/*/run.json'))
  return { reload: async () => (await askReload(join(file, '..')))?.outcome }
}
