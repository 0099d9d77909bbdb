/** The service of a user under a real systemd. It boots one, so it runs with LONG=1 alone. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Box, noBox, openBox } from './box.ts'

const real = { skip: process.env['LONG'] ? noBox : 'it boots a systemd: set LONG=1' }

test('the systemd of a user runs cordon in its sandbox, and starts it again when it was killed', real, async (t) => {
  const { as } = await boxWithUser(t)
  as('cordon setup --yes')

  const installed = as('cordon service install demo')

  assert.equal(installed.code, 0, installed.printed)
  assert.match(installed.printed, /✓ Installed the service demo: .*cordon-demo\.service\.\n✓ It listens on/)
  assert.match(as('cordon status').printed, /^cordon \S+ listens on/)
  assert.match(as('cordon service status demo').printed, /^The service demo runs \(process \d+, since 2/)
  assert.equal(as('cordon service install demo').printed, '✓ The service demo is installed and runs already.\n')

  const sandbox = as(
    'p=$(mainpid); cat /proc/$p/uid_map /proc/$p/status; awk \'$5 == "/"\' /proc/$p/mountinfo; cat /proc/$p/limits',
  )
  assert.match(sandbox.printed, /^ +(\d+) +\1 +1$/m)
  assert.match(sandbox.printed, /^CapEff:\s+0+$/m)
  assert.match(sandbox.printed, /^NoNewPrivs:\s+1$/m)
  assert.match(sandbox.printed, /^Seccomp:\s+2$/m)
  assert.match(sandbox.printed, / \/ ro,/)
  assert.match(sandbox.printed, /^Max core file size +0 +0 /m)

  const reloaded = as(
    'p=$(mainpid); systemctl --user reload cordon-demo.service && [ $p = $(mainpid) ] && cordon status',
  )
  assert.match(reloaded.printed, /listens on/)
  const again = as(
    'p=$(mainpid); kill -9 $p; until q=$(mainpid); [ $q != 0 ] && [ $q != $p ]; do sleep 0.1; done; cordon wait && cordon status',
  )
  assert.match(again.printed, /listens on/)
})

test(
  'what cordon cannot start with ends the service at once, and the sentence of cordon is what is read',
  real,
  async (t) => {
    const { as } = await boxWithUser(t)
    as(
      'cordon setup --yes && cordon service install demo && cordon service stop demo && echo "nonsense = 1" >>cordon.toml',
    )

    const started = as('cordon service start demo; cordon service status demo')

    assert.equal(
      started.printed,
      `✗ The service demo did not come up: cordon.toml has a fault. (config_faulty) (service_failed)
  hint: run \`cordon doctor\` in its folder, or read \`cordon service logs demo\`
✗ The service demo failed (exit-code, exit code 3). (proxy_stopped)
  hint: read \`cordon service logs demo\`
`,
    )
  },
)

test('a taken port is waited for, and a passphrase comes to the service as a credential', real, async (t) => {
  const { as } = await boxWithUser(t)
  as('cordon setup --yes && cordon route add --host api.openai.com --source age && printf geheim >/tmp/pass')
  as('printf sk-canary | cordon secret set openai; cordon secret passphrase </tmp/pass')

  as('cordon service install demo')
  assert.match(as('cordon service logs demo').printed, /passphrase, and there is no terminal/)
  as('cordon service uninstall demo')
  const installed = as('cordon service install demo --passphrase-file /tmp/pass')
  const told = as('cordon service logs demo --lines 4; cat /proc/$(mainpid)/environ | tr "\\0" "\\n"')

  assert.equal(installed.code, 0, installed.printed)
  assert.doesNotMatch(told.printed, /no terminal|geheim|sk-canary/)
  assert.match(told.printed, /^CREDENTIALS_DIRECTORY=/m)
  assert.match(told.printed, /listening on/)

  as(
    'cordon service stop demo; python3 -m http.server --bind 127.0.0.1 $(sed -n "s/^listen = //p" cordon.toml) >/dev/null 2>&1 & echo $! >/tmp/holder; until cordon doctor | grep -q "not cordon"; do :; done',
  )
  assert.match(
    as('cordon service start demo').printed,
    /did not come up: Port \d+ on 127\.0\.0\.1 is taken\. \(port_taken\)/,
  )
  assert.match(
    as('kill $(cat /tmp/holder); cordon wait && cordon service status demo').printed,
    /The service demo runs/,
  )
})

test('what was installed is gone after uninstall', real, async (t) => {
  const { as } = await boxWithUser(t)
  as('cordon setup --yes; mkdir -p ~/.config/systemd/user')
  const files = 'find ~/.config/systemd | sort'
  const before = as(files).printed
  as('cordon service install demo')

  const gone = as('cordon service uninstall demo')

  assert.equal(gone.printed, '✓ Took the service demo out again; its configuration and its secrets stay.\n')
  assert.equal(as(files).printed, before)
  assert.equal(as('systemctl --user list-units --all --plain --no-legend "cordon*"').printed, '')
})

async function boxWithUser(t: TestContext): Promise<{ as: (script: string) => ReturnType<Box['sh']> }> {
  const box = await openBox(t)
  box.sh('useradd -m sam && install -d -o sam /home/sam/project && systemctl start user@$(id -u sam).service')
  const before = `export HOME=/home/sam XDG_RUNTIME_DIR=/run/user/$(id -u); cd ~/project
    mainpid() { systemctl --user show cordon-demo.service --property=MainPID --value; }`
  return { as: (script) => box.sh(`${before}\n${script}`, 'sam') }
}
