/** What a person types and reads on macOS. It was run on no Mac: a launchd of our own reads the agents, and runs them. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { noOtherPlatform, openMac } from '../service/platforms.ts'
import { otherSecret, secret } from './transcript.ts'

const mac = { skip: noOtherPlatform }

test('launchd runs the proxy, and each verb is a line', mac, async (t) => {
  const { page, calls } = await openMac(t)

  await page.reads(`
    $ cordon service install demo
    ✓ Installed the service demo: ~/Library/LaunchAgents/dev.cordon.demo.plist.
    ✓ It listens on 127.0.0.1:PORT, and starts by itself when you log in.
    $ cordon service install demo
    ✓ The service demo is installed and runs already.
    $ cordon service status demo
    The service demo runs (process PID), and starts by itself when you log in: /desk/project/cordon.toml.
    $ cordon status | head -n 1 | cut -d' ' -f 1,3,4
    cordon listens on
    $ cordon doctor | grep '[!✗✓] service'
    ✓ service      The service demo runs.
    $ cordon service stop demo && cordon service stop demo
    ✓ The service demo is stopped.
    ✓ The service demo is stopped already.
    $ cordon service status demo
    2> ✗ The service demo does not run. (proxy_stopped)
    2>   hint: run \`cordon service start demo\`
    [5]
    $ cordon service start demo
    ✓ The service demo runs.
    $ cordon service restart demo
    ✓ The service demo runs, started anew.
    $ cordon stop; while cordon service status demo >/dev/null 2>&1; do :; done; cordon service start demo
    ✓ cordon has stopped.
    ✓ The service demo runs.
    $ cordon service logs demo | grep -c 'cordon is listening'
    4
    $ cordon service uninstall demo
    ✓ Took the service demo out again; its configuration and its secrets stay.
    $ cordon service uninstall demo
    ✓ There is already no service demo.
    $ cordon status
    2> ✗ cordon does not run: nobody listens on 127.0.0.1:PORT. (proxy_stopped)
    2>   hint: run \`cordon start\`
    [5]
  `)

  const uid = process.getuid?.()
  const target = `gui/${uid}/dev.cordon.demo`
  const putIn = [
    `launchctl enable ${target}`,
    `launchctl bootstrap gui/${uid} ${page.desk.home}/Library/LaunchAgents/dev.cordon.demo.plist`,
  ]
  const takeOut = `launchctl bootout ${target}`
  assert.deepEqual(calls(), [
    ...[takeOut, ...putIn],
    takeOut,
    ...putIn,
    ...[takeOut, ...putIn],
    `launchctl kickstart ${target}`,
    takeOut,
  ])
  assert.equal(existsSync(join(page.desk.home, 'Library/LaunchAgents/dev.cordon.demo.plist')), false)
})

test('what ends by itself is started again, and an edit that breaks it is what is read', mac, async (t) => {
  const { page } = await openMac(t)
  await page.typed('cordon service install demo')
  const pid = async () => /process (\d+)/.exec((await page.typed('cordon service status demo')).stdout)?.[1]
  const first = await pid()

  await page.typed(`kill -9 ${first}; until cordon wait -t 1; do :; done`)

  assert.notEqual(await pid(), first)
  await page.reads(`
    $ cordon service stop demo; echo 'nonsense = 1' >>cordon.toml; cordon service start demo
    ✓ The service demo is stopped.
    2> ✗ The service demo did not come up: cordon.toml has a fault. (config_faulty) (service_failed)
    2>   hint: run \`cordon doctor\` in its folder, or read \`cordon service logs demo\`
    [1]
    $ cordon service status demo
    2> ✗ The service demo failed (exit code 3). (proxy_stopped)
    2>   hint: read \`cordon service logs demo\`
    [5]
  `)
})

test('what does not come up is taken out again', mac, async (t) => {
  const { page, calls } = await openMac(t)
  const [key = ''] = (await page.typed('find ~/.config -name ca-key.pem')).stdout.split('\n')
  writeFileSync(key, 'no key')

  const { code, stderr } = await page.typed('cordon service install demo')

  assert.equal(code, 1)
  assert.match(stderr, /^✗ The service demo did not come up: .*\(ca_\w+\) \(service_failed\)$/m)
  assert.match(calls().at(-1) ?? '', /^launchctl bootout /)
  assert.equal(existsSync(join(page.desk.home, 'Library/LaunchAgents/dev.cordon.demo.plist')), false)
})

test('what launchd has not got is said in a sentence, and nothing is done', mac, async (t) => {
  const { page, calls, vanish } = await openMac(t)
  vanish()

  await page.reads(`
    $ cordon service install
    2> ✗ The launchd of this user does not answer, so nothing can be kept running by it. (init_missing)
    2>   hint: log in on the screen of this Mac (ssh alone brings none along), or run \`cordon start\` in a terminal
    [1]
    $ cordon service install --system
    2> ✗ A service with a user of its own takes systemd, and this machine has none. (service_unfit)
    2>   hint: leave \`--system\` out, or make another user by hand and install the service as that user
    [1]
    $ cordon service install --passphrase-file pass
    2> ✗ The launchd of this user hands no file over to a service, so that it would not find /desk/project/pass. (service_unfit)
    2>   hint: keep the secrets in the keyring instead: \`cordon route edit ROUTE --source keyring\`
    [1]
  `)
  assert.deepEqual(calls(), [])
})

test('a passphrase that nobody can give is told, with what there is instead', mac, async (t) => {
  const { page } = await openMac(t)
  await page.typed('cordon route add --host api.openai.com --source age')
  await page.typed(`printf ${secret} | cordon secret set openai`)
  await page.desk.cordon(['secret', 'passphrase'], { input: otherSecret })

  const { stderr } = await page.typed('cordon service install demo')

  assert.match(
    stderr,
    /^! The encrypted store has a passphrase, .*: take it off with `cordon secret passphrase --remove`/m,
  )
})

test('the dry run shows the agent and every command, and does nothing', mac, async (t) => {
  const { page, calls } = await openMac(t)

  const { stdout } = await page.typed('cordon service install demo --dry-run')

  assert.match(stdout, /^ {8}\t<key>RunAtLoad<\/key>$/m)
  assert.match(stdout, /^run {5}launchctl bootout gui\/\d+\/dev\.cordon\.demo \(which may fail\)$/m)
  assert.match(stdout, /^wait {4}until `launchctl print gui\/\d+\/dev\.cordon\.demo` fails$/m)
  assert.match(stdout, /^run {5}launchctl bootstrap gui\/\d+ \S+dev\.cordon\.demo\.plist$/m)
  assert.deepEqual(calls(), [])
})

test('a folder of any name has a service, whose log its owner alone reads', mac, async (t) => {
  const { page } = await openMac(t)
  await page.typed(`mkdir '<né & "b" -- 100%>' && cd '<né & "b" -- 100%>' && cordon setup --yes`)

  const { stdout, code } = await page.typed(
    `cd '<né & "b" -- 100%>' && cordon service install odd && cordon service status odd --json`,
  )

  assert.equal(code, 0)
  assert.match(stdout, /"config": ".*\/project\/<né & \\"b\\" -- 100%>\/cordon\.toml"/)
  const plist = readFileSync(join(page.desk.home, 'Library/LaunchAgents/dev.cordon.odd.plist'), 'utf8')
  const [, log = ''] = /<key>StandardErrorPath<\/key>\n\t<string>(.*)<\/string>/.exec(plist) ?? []
  assert.equal(statSync(log).mode & 0o777, 0o600)
  assert.match(readFileSync(log, 'utf8'), /cordon is listening/)
})
