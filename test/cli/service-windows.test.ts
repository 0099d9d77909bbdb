/** What a person types and reads on Windows. It was run on none: a Task Scheduler of our own reads the tasks, and runs them. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { noOtherPlatform, openWindows } from '../service/platforms.ts'

const windows = { skip: noOtherPlatform }

test('the Task Scheduler runs the proxy, and each verb is a line', windows, async (t) => {
  const { page, calls } = await openWindows(t)

  await page.reads(`
    $ cordon service install demo
    ✓ Installed the service demo: ~/.config/cordon/services/cordon-demo.xml.
    ✓ It listens on 127.0.0.1:PORT, and starts by itself when you log in.
    $ cordon service install demo
    ✓ The service demo is installed and runs already.
    $ cordon service status demo
    The service demo runs, and starts by itself when you log in: /desk/project/cordon.toml.
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
    $ cordon service logs demo | grep -c -e 'cordon is listening' -e 'why=cordon stop'
    5
    $ cordon service uninstall demo
    ✓ Took the service demo out again; its configuration and its secrets stay.
    $ cordon service uninstall demo
    ✓ There is already no service demo.
  `)

  const name = '/TN \\cordon\\demo'
  const end = `schtasks /End ${name}`
  assert.deepEqual(
    calls().map((call) => call.replace(page.desk.home, '~')),
    [
      end,
      `schtasks /Create ${name} /XML ~/.config/cordon/services/cordon-demo.xml /F`,
      `schtasks /Run ${name}`,
      `schtasks /Change ${name} /DISABLE`,
      end,
      `schtasks /Change ${name} /ENABLE`,
      `schtasks /Run ${name}`,
      end,
      `schtasks /Change ${name} /ENABLE`,
      `schtasks /Run ${name}`,
      end,
      `schtasks /Delete ${name} /F`,
    ],
  )
  assert.deepEqual(readdirSync(join(page.desk.home, '.config/cordon/services')), [])
})

test('what was killed is started again within the minute, and what was stopped is not', windows, async (t) => {
  const { page } = await openWindows(t)
  await page.typed('cordon service install demo')
  const pid = async () => /"pid": (\d+)/.exec((await page.typed('cordon status --json')).stdout)?.[1]
  const first = await pid()

  await page.typed(`kill -9 ${first}; cordon wait`)

  assert.notEqual(await pid(), first)
  const { stdout } = await page.typed('cordon service stop demo; cordon wait -t 7; cordon service status demo')
  assert.equal(stdout, '✓ The service demo is stopped.\n')
})

test('what cannot start is taken out again, with what cordon said', windows, async (t) => {
  const { page, calls } = await openWindows(t)
  await page.typed('for key in $(find ~/.config -name ca-key.pem); do echo no key >$key; done')

  const { code, stderr } = await page.typed('cordon service install demo')

  assert.equal(code, 1)
  assert.match(stderr, /^✗ The service demo did not come up: .*\(ca_\w+\) \(service_failed\)$/m)
  assert.match(calls().at(-1) ?? '', /^schtasks \/Delete /)
})

test('what Windows has not got is said in a sentence, and nothing is done', windows, async (t) => {
  const { page, calls, vanish } = await openWindows(t)
  vanish()

  await page.reads(`
    $ cordon service install
    2> ✗ The Task Scheduler of this user does not answer, so nothing can be kept running by it. (init_missing)
    2>   hint: see that it runs with \`sc query Schedule\`, or run \`cordon start\` in a terminal
    [1]
    $ cordon service install --system
    2> ✗ A service with a user of its own takes systemd, and this machine has none. (service_unfit)
    2>   hint: leave \`--system\` out, or make another user by hand and install the service as that user
    [1]
    $ mkdir 100% && cd 100% && cordon setup --yes >/dev/null 2>&1; cordon service install
    2> ✗ The path /desk/project/100%/cordon.toml has a sign in it that Windows takes for something else. (path_unfit)
    2>   hint: rename it, so that it has no \`%\` and does not end in \`\\\`
    [1]
  `)
  assert.deepEqual(calls(), [])
})

test('a folder of any other name has a task', windows, async (t) => {
  const { page } = await openWindows(t)
  await page.typed(`mkdir 'né & <b> -- c' && cd 'né & <b> -- c' && cordon setup --yes`)

  const { stdout } = await page.typed(`cd 'né & <b> -- c' && cordon service install odd && cordon service status odd`)

  assert.match(stdout, /^The service odd runs, .*: \S+\/project\/né & <b> -- c\/cordon\.toml\.$/m)
  const task = readFileSync(join(page.desk.home, '.config/cordon/services/cordon-odd.xml'))
  assert.deepEqual([...task.subarray(0, 2)], [0xff, 0xfe])
})
