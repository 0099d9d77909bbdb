/**
 * The service with a user of its own, without a systemd: its files are made by the very steps of the installation, and the
 * command line of its unit is run under its user. `system-unit.test.ts` shows the same under a systemd.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { systemPlace, systemProgram, systemRemoval, systemSteps } from '../../src/cli/service/system-place.ts'
import { carryOut } from '../../src/service/steps.ts'
import { machineSystemd } from '../../src/service/systemd.ts'
import { cordonBinary, cordonFile } from '../desk.ts'
import { closedPaths, lookInto } from './closed.ts'

const split = { skip: process.getuid?.() !== 0 && 'making a user, and running a program as one, takes root' }

const secret = 'sk-canary-95d1b7e02f6c48aa'
const agent = 'nobody'

test(
  'the agent of another user gets the credential into its requests, and reads no file of the proxy',
  split,
  async (t) => {
    const { place, origin, as, wrapper } = await installed(t)
    const { pid } = await startUnit(t, place)
    assert.equal(wrapper(['wait']).code, 0)
    assert.match((await as('root', `ps -o user:32= -p ${pid}`)).printed, new RegExp(`^${place.roots.user}\\b`))

    const through = `set -a; . ${place.environment}; set +a; curl -sS --noproxy ''`
    const asked = await as(agent, `${through} http://127.0.0.1:${origin}/`)

    assert.equal(asked.printed, `Bearer ${secret}`)
    for (const path of closedPaths(place.home, pid)) {
      assert.equal((await as('root', `test -e '${path}'`)).code, 0, `${path} is not even there`)
      assert.match((await as(agent, lookInto(path))).printed, /Permission denied/, path)
    }
    const socket = (await as('root', `find '${place.home}/cordon/run' -type s`)).printed.trim()
    assert.equal(
      (await as('root', `curl -sS -o /dev/null -w '%{http_code}' --unix-socket '${socket}' http://cordon/status`))
        .printed,
      '200',
    )
    assert.notEqual((await as(agent, `curl -sS --unix-socket '${socket}' http://cordon/status`)).code, 0)
    assert.notEqual((await as(agent, `kill -0 ${pid}`)).code, 0)
    assert.notEqual((await as(agent, `'${place.wrapper}' secret list`)).code, 0)
    assert.equal(
      (await as(agent, `grep -rls ${secret} '${dirname(place.roots.state)}' /proc/${pid} 2>/dev/null`)).printed,
      '',
    )
  },
)

test('a third user has no token, and without one no credential is given', split, async (t) => {
  const { place, origin, as, wrapper } = await installed(t)
  await startUnit(t, place)
  assert.equal(wrapper(['wait']).code, 0)

  assert.match((await as('daemon', `cat '${place.environment}'`)).printed, /Permission denied/)
  const port = /listen = (\d+)/.exec((await as('root', `cat '${place.config}'`)).printed)?.[1]
  const asked = await as(
    'daemon',
    `curl -sS --noproxy '' -x http://127.0.0.1:${port} http://127.0.0.1:${origin}/ -w ' %{http_code}'`,
  )

  assert.match(asked.printed, / 407$/)
  assert.doesNotMatch(asked.printed, new RegExp(secret))
})

test('what was installed is gone afterwards, and its user with it', split, async (t) => {
  const { place, as, folder } = await installed(t)

  carryOut(systemRemoval(place, true), process.env)

  assert.notEqual((await as('root', `id -u ${place.roots.user}`)).code, 0)
  assert.equal(
    (await as('root', `ls '${join(folder, 'state')}' '${join(folder, 'shared')}' '${place.wrapper}'`)).printed.match(
      /No such file/g,
    )?.length,
    3,
  )
})

/** Installs all but the unit, in a folder and for a user of the test's own, with a secret in its store. */
async function installed(t: TestContext) {
  // Other users than root must get at cordon.
  const folder = mkdtempSync(join(tmpdir(), 'cordon-split-'))
  chmodSync(folder, 0o755)
  const roots = {
    state: join(folder, 'state'),
    shared: join(folder, 'shared'),
    wrappers: folder,
    user: `cordon-t${process.pid}`,
  }
  const place = systemPlace('cordon-demo', roots, putCordon(folder))
  t.after(() => {
    spawnSync('userdel', [roots.user])
    rmSync(folder, { recursive: true, force: true })
  })
  const origin = await startEcho(t)
  const as = async (user: string, script: string) => {
    const [uid, gid] = user === 'root' ? ['root', 'root'] : [user, groupOf(user)]
    const words = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', 'sh', '-c', `exec 2>&1; ${script}`]
    const child = spawn('setpriv', words, {
      cwd: '/',
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
    return { code, printed }
  }
  const wrapper = (words: readonly string[], input = '') => {
    const { status, stdout, stderr } = spawnSync(place.wrapper, words, { encoding: 'utf8', input, env: process.env })
    return { code: status, printed: stdout + stderr }
  }
  const project = join(folder, 'project')
  mkdirSync(project)
  const route = `--name echo --host 127.0.0.1 --port ${origin} --allow-cleartext --auth-type header --header-name Authorization --scheme Bearer --source age`
  const cordon = place.command.map((word) => `'${word}'`).join(' ')
  const made = await as(
    'root',
    `export HOME='${project}'; cd '${project}' && ${cordon} setup --yes && ${cordon} route add ${route}`,
  )
  assert.equal(made.code, 0, made.printed)
  carryOut(systemSteps(place, join(project, 'cordon.toml'), agent), process.env)
  const stored = wrapper(['secret', 'set', 'echo'], secret)
  assert.equal(stored.code, 0, stored.printed)
  return { folder, place, origin, as, wrapper }
}

/** The words that run a copy of cordon. */
function putCordon(folder: string): string[] {
  const program = join(folder, 'program')
  mkdirSync(program)
  copyFileSync(cordonBinary ?? process.execPath, join(program, 'node'))
  chmodSync(join(program, 'node'), 0o755)
  if (cordonBinary) return [join(program, 'node')]
  cpSync(dirname(cordonFile), join(program, 'dist'), { recursive: true })
  return [join(program, 'node'), join(program, 'dist', 'cordon.js')]
}

/** Does what the lines of the unit say, in the place of systemd. */
async function startUnit(t: TestContext, place: ReturnType<typeof systemPlace>): Promise<{ pid: number }> {
  const unit = machineSystemd(process.env).render(systemProgram(place, agent, { credentials: {} }))
  const line = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1] ?? ''
  const words = [...line('ExecStart').matchAll(/"([^"]*)"/g)].map(([, word = '']) => word)
  const env = Object.fromEntries(
    [...unit.matchAll(/^Environment="(\w+)=([^"]*)"$/gm)].map(([, key, value]) => [key, value]),
  )
  const identity = [`--reuid=${line('User')}`, `--regid=${line('Group')}`, '--clear-groups', '--no-new-privs']
  const child = spawn(
    'sh',
    ['-c', `umask ${line('UMask')}; exec setpriv "$@"`, 'sh', ...identity, '--bounding-set=-all', ...words],
    {
      cwd: line('WorkingDirectory'),
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  t.after(() => end(child))
  child.stdout.resume()
  child.stderr.resume()
  await once(child, 'spawn')
  assert.ok(child.pid)
  return { pid: child.pid }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

async function startEcho(t: TestContext): Promise<number> {
  const server = createServer((request, response) => response.end(request.headers.authorization))
  t.after(() => server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}

const groupOf = (user: string) => spawnSync('id', ['-g', user], { encoding: 'utf8' }).stdout.trim()
