/** What a person types and reads; what is told to systemd is written down by programs that stand in its place. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fakeSystemd } from '../service/fake-tools.ts'
import { openPage, otherSecret, type Page, secret } from './transcript.ts'

test('a service is installed, asked, stopped, started and taken out, each in a line', async (t) => {
  const { page, tools } = await pageWithSetUp(t)

  await page.reads(`
    $ cordon service status
    2> ✗ There is no service project-HASH. (service_missing)
    2>   hint: install it with \`cordon service install\`
    [1]
    $ cordon service install
    ✓ Installed the service project-HASH: ~/.config/systemd/user/cordon-project-HASH.service.
    ✓ It listens on 127.0.0.1:PORT, and starts by itself when you log in.
    2> ! It stops when you log out for good, unless you let your services linger.
    2>   next: loginctl enable-linger
    $ cordon service install
    ✓ The service project-HASH is installed and runs already.
    $ cordon service status
    The service project-HASH runs (process PID, since DATE 11:02:03 UTC), and starts by itself when you log in: /desk/project/cordon.toml.
    $ cordon service stop
    ✓ The service project-HASH is stopped.
    $ cordon service stop
    ✓ The service project-HASH is stopped already.
    $ cordon service status
    2> ✗ The service project-HASH does not run. (proxy_stopped)
    2>   hint: run \`cordon service start project-HASH\`
    [5]
    $ cordon service start
    ✓ The service project-HASH runs.
    $ cordon service restart
    ✓ The service project-HASH runs, started anew.
    $ cordon service uninstall
    ✓ Took the service project-HASH out again; its configuration and its secrets stay.
    $ cordon service uninstall
    ✓ There is already no service project-HASH.
  `)
  const unit = readdirName(tools.calls())
  assert.deepEqual(tools.calls(), [
    'systemctl --user daemon-reload',
    `systemctl --user enable --quiet ${unit}`,
    `systemctl --user restart ${unit}`,
    `systemctl --user stop ${unit}`,
    `systemctl --user start ${unit}`,
    `systemctl --user restart ${unit}`,
    `systemctl --user disable --quiet --now ${unit}`,
    'systemctl --user daemon-reload',
  ])
  assert.equal(existsSync(join(page.desk.home, '.config/systemd/user', unit)), false)
})

test('the dry run shows the unit and every command, and does nothing', async (t) => {
  const { page, tools } = await pageWithSetUp(t)

  const { stdout, code } = await page.typed('cordon service install demo --dry-run')

  assert.equal(code, 0)
  assert.match(stdout, /^write {3}\S+\/\.config\/systemd\/user\/cordon-demo\.service \(mode 644\)$/m)
  assert.match(stdout, /^ {8}ExecStart="\S+" .*"start" "--keep-going" "--config" "\S+\/project\/cordon\.toml"$/m)
  assert.match(stdout, /^run {5}systemctl --user restart cordon-demo\.service$/m)
  assert.deepEqual(tools.calls(), [])
  assert.equal(existsSync(join(page.desk.home, '.config/systemd')), false)
})

test('the dry run of a service with a user of its own shows whose every file is', async (t) => {
  const { page, tools } = await pageWithSetUp(t)

  const { stdout, code } = await page.typed('cordon service install demo --system --for sam --dry-run')
  const lines = stdout
    .split('\n')
    .filter((line) => /^(run|write|remove|folder) /.test(line) && !line.includes('useradd'))

  assert.equal(code, 0)
  const [made, ...rest] = lines.map((line) => line.replace(page.desk.project, '/project'))
  assert.equal(made, 'run     install -d -m 0755 /var/lib/cordon /etc/cordon /etc/cordon/demo')
  assert.deepEqual(rest, [
    'run     install -d -m 0700 -o cordon -g cordon /var/lib/cordon/demo /var/lib/cordon/demo/cordon',
    'run     install -m 0600 -o cordon -g cordon /project/cordon.toml /var/lib/cordon/demo/cordon/cordon.toml',
    'write   /usr/local/sbin/cordon-demo (mode 755)',
    'run     /usr/local/sbin/cordon-demo setup --yes',
    'write   /etc/cordon/demo/ca-cert.pem (mode 644), which is printed by',
    'write   /etc/cordon/demo/combined-ca.pem (mode 644), which is printed by',
    'write   /etc/cordon/demo/trust-store.p12 (mode 644), which is printed by',
    'write   /etc/cordon/demo/env (mode 400), which is printed by',
    'run     chown sam /etc/cordon/demo/env',
    'write   /etc/systemd/system/cordon-demo.service (mode 644)',
    'run     systemctl daemon-reload',
    'run     systemctl enable --quiet cordon-demo.service',
    'run     systemctl restart cordon-demo.service',
  ])
  assert.match(stdout, /^ {8}cd \S+ && exec runuser .* CORDON_CALLED=cordon-demo .* "\$@"$/m)
  assert.match(stdout, /^ {8}Environment="CORDON_CALLED=sudo cordon-demo"$/m)
  assert.deepEqual(tools.calls(), [])
})

test('env names the copies of the CA and the bundle where a program has them', async (t) => {
  const { page } = await pageWithSetUp(t)

  await page.reads(`
    $ cordon env --certs /etc/cordon/demo | grep -e SSL_CERT_FILE -e DENO_CERT -e 'AWS_CA'
    export DENO_CERT='/etc/cordon/demo/ca-cert.pem'
    export SSL_CERT_FILE='/etc/cordon/demo/combined-ca.pem'
    export AWS_CA_BUNDLE='/etc/cordon/demo/combined-ca.pem'
  `)
})

test('what does not come up is taken out again, and cordon says what it said', async (t) => {
  const { page, tools } = await pageWithSetUp(t)
  tools.failStarts(['{"level":"info","msg":"x"}', '✗ Another process has port 1234. (port_taken)', '  hint: look'])

  await page.reads(`
    $ cordon service install demo
    2> ✗ The service demo did not come up: Another process has port PORT. (port_taken) (service_failed)
    2>   hint: run \`cordon doctor\` in its folder, or read \`cordon service logs demo\`
    [1]
    $ cordon service status demo
    2> ✗ There is no service demo. (service_missing)
    2>   hint: install it with \`cordon service install demo\`
    [1]
  `)
  assert.deepEqual(tools.calls().slice(-2), [
    'systemctl --user disable --quiet --now cordon-demo.service',
    'systemctl --user daemon-reload',
  ])
})

test('a service that was there before a failed install is as it was', async (t) => {
  const { page, tools } = await pageWithSetUp(t)
  await page.typed('cordon service install demo')
  const path = join(page.desk.home, '.config/systemd/user/cordon-demo.service')
  const before = readFileSync(path)
  tools.failStarts(['✗ There is no CA yet. (ca_missing)'])

  const { code } = await page.typed('echo geheim >pass; cordon service install demo --passphrase-file pass')

  assert.equal(code, 1)
  assert.deepEqual(readFileSync(path), before)
})

test('without a systemd of the user, and for a name that is none, it says what is missing', async (t) => {
  const { page, tools } = await pageWithSetUp(t)
  tools.vanish()

  await page.reads(
    `
    $ cordon service install
    2> ✗ The systemd of this user does not answer, so nothing can be kept running by it. (init_missing)
    2>   hint: log in anew, by ssh or on a console (\`su\` and \`sudo\` bring none along); where there is no systemd, as in most containers, run \`cordon start\`
    [1]
    $ cordon service install a/b
    2> ✗ "a/b" is no name for a service. (usage)
    2>   hint: use letters, digits, \`.\`, \`_\` and \`-\`, and begin with a letter or digit
    [2]
  `,
  )
})

test('a configuration without a CA, and a proxy that runs already, stop the installation', async (t) => {
  const { page } = await pageWithSetUp(t)
  const running = await page.desk.start()

  await page.reads(`
    $ cordon service install
    2> ✗ cordon runs for this configuration already, and not as this service. (proxy_running)
    2>   hint: end that one with \`cordon stop\`, then run the command again
    [5]
  `)

  await running.stop()
  rmSync(join(page.desk.home, '.config/cordon/projects'), { recursive: true })
  await page.reads(`
    $ cordon service install
    2> ✗ There is no CA yet. (ca_missing)
    2>   hint: make it with \`cordon setup\`
    [3]
  `)
})

test('what this shell has and the service will not have is said', async (t) => {
  const { page } = await pageWithSetUp(t)
  await page.typed('cordon route add --host api.openai.com --source age')
  await page.typed(`printf ${secret} | cordon secret set openai`)
  await page.desk.cordon(['secret', 'passphrase'], { input: otherSecret })

  await page.reads(`
    $ SSL_CERT_FILE=/etc/company.pem HTTPS_PROXY=http://sam:geheim@proxy.test:3128 cordon service install demo
    ✓ Installed the service demo: ~/.config/systemd/user/cordon-demo.service.
    ✓ It listens on 127.0.0.1:PORT, and starts by itself when you log in.
    2> ! The service does not see HTTPS_PROXY of this shell; the proxy http://proxy.test:3128 of your company goes into \`[network] proxy\`.
    2> ! The service does not see SSL_CERT_FILE of this shell; roots of your company go into \`[tls] trust\`.
    2> ! The encrypted store has a passphrase, which the service cannot ask for: install it with \`--passphrase-file\`.
    2> ! It stops when you log out for good, unless you let your services linger.
    2>   next: loginctl enable-linger
  `)
})

test('the passphrase of the store comes out of the folder of credentials that systemd makes', async (t) => {
  const { page } = await pageWithSetUp(t)
  await page.typed('cordon route add --host api.openai.com --source age')
  await page.typed(`printf ${secret} | cordon secret set openai`)
  await page.desk.cordon(['secret', 'passphrase'], { input: otherSecret })
  await page.desk.run('sh', ['-c', 'mkdir handed && cat >handed/cordon-passphrase'], { input: `${otherSecret}\n` })

  await page.reads(`
    $ CREDENTIALS_DIRECTORY=$PWD/handed cordon secret check
    ✓ openai: "openai" is in the encrypted file ~/.config/cordon/secrets.age.
    $ cordon secret check 2>&1 | grep -o 'The encrypted.*for it'
    The encrypted store has a passphrase, and there is no terminal to ask for it
  `)
})

test('doctor finds the service of a configuration that does not run, or is not what it would be now', async (t) => {
  const { page } = await pageWithSetUp(t)
  await page.typed('cordon service install demo && cordon service stop demo')

  await page.reads(`
    $ cordon doctor | grep -A1 '[!✗✓] service'
    ✗ service      The service demo is installed, and does not run.
                   to mend it, run \`cordon service start demo\`; \`cordon service logs demo\` may tell why
    $ cordon service start demo && cordon doctor | grep '[!✗✓] service'
    ✓ The service demo runs.
    ✓ service      The service demo runs.
    $ sed -i 's,^ExecStart="/,&elsewhere/,' ~/.config/systemd/user/cordon-demo.service
    $ cordon doctor | grep -A1 '[!✗✓] service'
    ✗ service      The service demo was installed by another cordon, or for other paths than it has now.
                   to mend it, run \`cordon service install demo\`
    $ cordon service install demo 2>/dev/null | head -n 1; cordon doctor | grep '[!✗✓] service'
    ✓ Renewed the service demo: ~/.config/systemd/user/cordon-demo.service.
    ✓ service      The service demo runs.
  `)
})

test('a proxy that systemd started says so when it is up', async (t) => {
  const { page, tools } = await pageWithSetUp(t)

  const running = await page.desk.start([], { env: { NOTIFY_SOCKET: '/run/x', PATH: page.desk.env['PATH'] } })
  await tools.isCalled('systemd-notify --ready')

  await running.stop()
})

test('the log is printed as sentences, and as it was written for programs', async (t) => {
  const { page, tools } = await pageWithSetUp(t)
  await page.typed('cordon service install demo')
  tools.failStarts([
    '✓ cordon is listening on 127.0.0.1:1234.',
    '{"level":"info","time":"2026-01-17T11:02:03.004Z","msg":"exchange","status":200}',
    '{not json',
  ])

  await page.reads(`
    $ cordon service logs demo
    ✓ cordon is listening on 127.0.0.1:PORT.
    11:02:03  info   exchange  status=200
    {not json
    $ cordon service logs demo --json -n 3 | tail -n 2
    {"level":"info","time":"DATE","msg":"exchange","status":200}
    {not json
  `)
})

const readdirName = (calls: readonly string[]) => /cordon-\S+\.service/.exec(calls.join('\n'))?.[0] ?? ''

async function pageWithSetUp(t: TestContext): Promise<{ page: Page; tools: ReturnType<typeof fakeSystemd> }> {
  const page = openPage(t)
  const tools = fakeSystemd(page)
  await page.typed('cordon setup --yes')
  return { page, tools }
}
