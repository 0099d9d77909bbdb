/** The service with a user of its own, under a real systemd. It boots one, so it runs with LONG=1 alone. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Box, noBox, openBox } from './box.ts'
import { closedPaths, lookInto } from './closed.ts'

const real = { skip: process.env['LONG'] ? noBox : 'it boots a systemd: set LONG=1' }

const secret = 'sk-canary-7d20c4be91f3a658'

const origin = `from http.server import *
class Echo(BaseHTTPRequestHandler):
  def do_GET(self):
    self.send_response(200); self.end_headers(); self.wfile.write(str(self.headers["Authorization"]).encode())
  def log_message(self, *words): pass
HTTPServer(("127.0.0.1", 8099), Echo).serve_forever()`

test('the user of the agent gets the credential into its requests, and can read it nowhere', real, async (t) => {
  const { root, sam } = await boxWithService(t)

  const asked = sam('set -a; . /etc/cordon/demo/env; set +a; curl -sS --noproxy "" http://127.0.0.1:8099/')

  assert.equal(asked.printed, `Bearer ${secret}`, root('cordon service logs demo --system').printed)
  const pid = root('systemctl show cordon-demo.service --property=MainPID --value').printed.trim()
  for (const path of closedPaths('/var/lib/cordon/demo', pid)) {
    assert.equal(root(`test -e ${path}`).code, 0, `${path} is not even there`)
    assert.match(sam(lookInto(path)).printed, /Permission denied/)
  }
  assert.notEqual(sam(`kill -0 ${pid}`).code, 0)
  assert.notEqual(sam('/usr/local/sbin/cordon-demo secret list').code, 0)
  const seen = sam(
    'find /dev/shm /etc /home /run /srv /tmp /var -type f -readable 2>/dev/null | xargs -r grep -l -e canary-7d20c4be91f3a658 2>/dev/null',
  )
  assert.equal(seen.printed, '')
})

test('another user than that of the agent has no token, and the agent has no word in what it may', real, async (t) => {
  const { root, sam } = await boxWithService(t)
  root('useradd -m eve')

  assert.match(root('runuser -u eve -- cat /etc/cordon/demo/env').printed, /Permission denied/)
  assert.equal(sam('stat -c "%a %U" /etc/cordon/demo/env').printed, '400 sam\n')
  assert.notEqual(sam('echo x >>/etc/cordon/demo/combined-ca.pem').code, 0)
  assert.match(sam('cordon service stop demo --system').printed, /✗ /)
  assert.match(root('cordon service status demo --system').printed, /^The service demo runs \(process \d+, since/)
})

test('it is restarted, told, and taken out with and without its secrets', real, async (t) => {
  const { root, sam } = await boxWithService(t)

  assert.equal(root('cordon service restart demo --system').printed, '✓ The service demo runs, started anew.\n')
  assert.match(root('cordon service logs demo --system').printed, /listening on/)
  const doctor = () =>
    sam('mkdir -p ~/own; cd ~/own; cordon setup --yes >/dev/null 2>&1; cordon doctor | grep -A1 ". service"')
  assert.equal(doctor().printed, '✓ service      The service demo of this machine runs.\n')
  root('systemctl stop cordon-demo')
  assert.match(doctor().printed, /does not run\.\n +to mend it, run `sudo cordon service start demo --system`/)
  assert.equal(
    root('cordon service uninstall demo --system').printed,
    '✓ Took the service demo out again; its configuration and its secrets stay.\n',
  )
  const left =
    'ls -d /etc/cordon /usr/local/sbin/cordon-* /etc/systemd/system/cordon-* /var/lib/cordon/* 2>/dev/null; id -un cordon'
  assert.equal(root(left).printed, '/var/lib/cordon/demo\ncordon\n')
  assert.match(root('cordon service install demo --system --for sam').printed, /goes by \S+ as before/)
  assert.match(root('cordon-demo secret check').printed, /✓ echo/)
  assert.match(root('cordon-demo secret set').printed, /see `cordon-demo secret set --help`/)
  assert.match(root('cordon service uninstall demo --system --purge').printed, /with its configuration and its secrets/)
  assert.equal(root(left).printed, 'id: ‘cordon’: no such user\n')
})

test('what would make the user worth nothing is refused, and nothing is left behind', real, async (t) => {
  const { root, sam } = await boxWithService(t, 'only the project')
  const install = 'cordon service install demo --system --for sam'

  assert.match(sam(`cd /srv/project && ${install}`).printed, /takes root to install\. \(root_needed\)/)
  assert.match(
    root('cordon service install demo --system').printed,
    /whose agents shall use the service\. \(user_missing\)/,
  )
  assert.match(
    root('cordon service install demo --system --for nobody-here').printed,
    /no user nobody-here\. \(user_missing\)/,
  )
  assert.match(
    root(`chmod o+w /opt/cordon/dist; ${install}; chmod o-w /opt/cordon/dist`).printed,
    /\(program_exposed\)/,
  )
  assert.match(
    root(`cordon route edit echo --source keyring; ${install}; cordon route edit echo --source age`).printed,
    /\(service_unfit\)/,
  )
  assert.match(
    root(`printf '[tls]\\ntrust = ["own.pem"]\\n' >>cordon.toml; ${install}`).printed,
    /\(service_unfit\)|relative path/,
  )
  assert.equal(
    root('ls -d /var/lib/cordon /etc/cordon /usr/local/sbin/cordon-demo 2>/dev/null; id -un cordon').printed,
    'id: ‘cordon’: no such user\n',
  )
})

async function boxWithService(t: TestContext, extent: 'installed' | 'only the project' = 'installed') {
  const box = await openBox(t)
  const inProject = 'export HOME=/root; cd /srv/project 2>/dev/null'
  const root = (script: string): ReturnType<Box['sh']> => box.sh(`${inProject}\n${script}`)
  const sam = (script: string) => box.sh(`export HOME=/home/sam\n${script}`, 'sam')
  root('useradd -m sam; mkdir /srv/project')
  const route =
    'cordon route add --name echo --host 127.0.0.1 --port 8099 --allow-cleartext --auth-type header --header-name Authorization --scheme Bearer --source age'
  const made = root(`cordon setup --yes && ${route}`)
  assert.equal(made.code, 0, made.printed)
  if (extent === 'only the project') return { root, sam }

  const installed = root('cordon service install demo --system --for sam')
  assert.equal(installed.code, 0, installed.printed)
  assert.equal(root(`printf ${secret} | cordon-demo secret set echo`).code, 0)
  root(`python3 -c '${origin}' >/dev/null 2>&1 & until curl -s http://127.0.0.1:8099 >/dev/null; do sleep 0.1; done`)
  return { root, sam }
}
