import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { host } from '../../../src/cli/run/become.ts'
import { put } from '../../desk.ts'
import { openRouted } from '../routed.ts'
import { noTerminal, onTerminal } from '../terminal.ts'
import { openPage, type Page, secret } from '../transcript.ts'

/** Waits until the proxy that was started for commands has ended and cleared its state away. */
async function proxyIsGone({ desk }: Page): Promise<void> {
  const stateFiles = () =>
    readdirSync(desk.home, { recursive: true }).filter((name) => String(name).endsWith('run.json'))
  while (stateFiles().length > 0) await sleep(50)
}

test('run starts a proxy, and the command sends a placeholder for which the origin sees the key', async (t) => {
  const { page, origin } = await openRouted(t)

  await page.reads(`
    $ cordon run -- sh -c 'curl -sS -H "Authorization: Bearer $OPENAI_API_KEY" https://api.openai.com/v1/models; echo; echo $OPENAI_API_KEY'
    {"ok":true}
    sk-cordon-placeholder-the-real-key-is-put-in-by-cordon-on-the-way
    2> ! cordon runs as long as this command does, and logs to ~/.config/cordon/projects/project-HASH/run.log.
  `)

  assert.equal(origin.requests[0]?.fields.authorization, `Bearer ${secret}`)
  await proxyIsGone(page)
  await page.reads(`
    $ cordon status --quiet
    [5]
  `)
})

test('run uses the proxy that runs, and the exit code of the command is its own', async (t) => {
  const { page } = await openRouted(t)
  const cordon = await page.desk.start()

  await page.reads(`
    $ cordon run -- sh -c 'exit 3'
    [3]
    $ cordon run -- sh -c 'kill -TERM $$'
    2> Terminated
    [143]
    $ cordon run sh -c 'echo "$@"' sh --json --help
    --json --help
    $ cordon status --quiet
  `)

  await cordon.stop()
})

test('a proxy that was started for one command stays for another that came meanwhile', async (t) => {
  const { page } = await openRouted(t)

  await page.reads(`
    $ mkfifo gate; cordon run -- cat gate 2> /dev/null & until cordon status -q; do :; done; cordon run -- sh -c 'echo first ends > gate; sleep 1.5; curl -s https://api.openai.com/'; wait
    first ends
    {"ok":true}
  `)
})

test('a proxy that was started for commands makes room for one that stays, once they have ended', async (t) => {
  const { page } = await openRouted(t)

  await page.reads(`
    $ mkfifo gate; cordon run -- cat gate 2> /dev/null & until cordon status -q; do :; done; cordon start; cordon status | grep -v -e openai -e SECRET; echo over > gate; wait
    cordon VERSION listens on 127.0.0.1:PORT (process PID, since DATE), with 0 open streams.
    It goes by /desk/project/cordon.toml as it is.
    over
    2> ✗ cordon already listens on 127.0.0.1:PORT for this configuration (process PID), as long as a command of \`cordon run\` lives. (proxy_running)
    2>   hint: start again when that has ended, or end this one with \`cordon stop\`
    2> ! It ends with the last command of \`cordon run\`.
  `)
  const cordon = await page.desk.start()

  assert.match(cordon.output(), /^✓ cordon is listening/)
})

test('run says which command it could not run, before it starts anything', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup; echo echo no > plain; mkdir folder')

  await page.reads(`
    $ cordon run -- no-such-command
    2> ✗ There is no command no-such-command. (command_missing)
    2>   hint: install it, or give its path
    [127]
    $ cordon run -- ./absent
    2> ✗ There is no command ./absent. (command_missing)
    2>   hint: look at its path
    [127]
    $ cordon run -- ./plain
    2> ✗ /desk/project/plain may not be executed. (command_unfit)
    2>   hint: run \`chmod +x /desk/project/plain\`
    [126]
    $ cordon run -- ./folder
    2> ✗ /desk/project/folder is a folder, and no command. (command_unfit)
    2>   hint: give a file in it
    [126]
    $ cordon run
    2> ✗ \`cordon run\` needs its argument <command>. (usage)
    2>   hint: see \`cordon run --help\`
    [2]
    $ cordon run --route opnai -- true
    2> ✗ There is no route opnai in /desk/project/cordon.toml. (route_missing)
    2>   hint: there is none yet: add one with \`cordon route add\`
    [3]
    $ cordon run -- echo without a route 2>&1 | grep -v ' runs as long '
    ! /desk/project/cordon.toml has no route yet.
      next: cordon route add
    without a route
    $ rm cordon.toml; cordon run -- true
    2> ✗ There is no cordon.toml yet. (config_missing)
    2>   hint: make one with \`cordon setup\`
    [3]
  `)
})

test('where the proxy cannot start, run says in its words why, and the command does not run', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup; cordon route add --host api.openai.com --source age --account openai')

  await page.reads(`
    $ cordon run -- echo never
    2> ✗ A secret cannot be read. (secret_check)
    2>   openai: There is no secret "openai" in the encrypted file ~/.config/cordon/secrets.age.
    2>     hint: run \`cordon secret set openai\`
    2>   hint: mend it, or run \`cordon start --keep-going\`
    [4]
  `)
})

test('run does not take another server on its port for the proxy', async (t) => {
  const page = openPage(t)
  const other = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.after(() => other.close())
  await page.typed(
    `cordon setup; sed -i 's/^listen = .*/listen = ${(other.address() as AddressInfo).port}/' cordon.toml`,
  )

  await page.reads(`
    $ cordon run -- echo never
    2> ✗ Something that is not cordon listens on 127.0.0.1:PORT. (port_foreign)
    2>   hint: see whose it is with \`cordon doctor\`
    [5]
  `)
})

test('the proxy that run starts has no key of the shell in its environment', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const { page } = await openRouted(t)
  const env = { STRIPE_KEY: 'sk_live_4eC39HqLyjWDarjtT1zdp7dc', OPENAI_API_KEY: secret, NO_COLOR: '1' }
  put(
    page.desk,
    'look.sh',
    `pid=$(cordon status --json | sed -n 's/.*"pid": *\\([0-9]*\\).*/\\1/p')\ntr '\\0' '\\n' < /proc/$pid/environ\n`,
  )

  const { stdout } = await page.typed('cordon run --clean -- sh look.sh', { env })

  assert.match(stdout, /^NO_COLOR=1$/m)
  assert.doesNotMatch(stdout, /STRIPE_KEY|OPENAI_API_KEY/)
})

test('real keys that the command would get are named, never shown, and left out with --clean', async (t) => {
  const { page } = await openRouted(t)
  const cordon = await page.desk.start()
  const env = {
    OPENAI_API_KEY: secret,
    STRIPE_KEY: 'sk_live_0123456789abcdef',
    DEPLOY_TOKEN: 'p9XqT2mLwZ7rK4vB8nYc',
    GH_TOKEN: 'none',
  }

  const warned = await page.typed(`cordon run -- sh -c 'echo $OPENAI_API_KEY $STRIPE_KEY'`, { env })
  const cleaned = await page.typed(`cordon run --clean -- sh -c 'echo [$STRIPE_KEY$DEPLOY_TOKEN] $GH_TOKEN'`, { env })

  assert.equal(
    warned.stderr,
    '! The command gets DEPLOY_TOKEN, STRIPE_KEY, which look like real keys: `cordon run --clean` leaves them out, `cordon import --from-env NAME` moves one into the store.\n',
  )
  assert.match(warned.stdout, /^sk-cordon-placeholder\S* sk_live_/)
  assert.deepEqual([cleaned.stdout, cleaned.stderr], ['[] none\n', ''])
  await cordon.stop()
})

test('with --route only the named routes have placeholders', async (t) => {
  const { page } = await openRouted(t)
  await page.typed('cordon route add --host api.groq.com --source age --account openai')
  const cordon = await page.desk.start()

  await page.reads(`
    $ cordon run --route groq -- sh -c 'echo [$OPENAI_API_KEY] $GROQ_API_KEY'
    [] gsk_cordon-placeholder-the-real-key-is-put-in-by-cordon-on-the-way
    $ NO_PROXY=.openai.com cordon run --route groq -- true
    2> ! NO_PROXY of this shell excepts the host of the route openai: programs go around it.
  `)
  await cordon.stop()
})

test('Codex is told to work in its own process, and a script without #! is run by sh', async (t) => {
  const { page } = await openRouted(t)
  for (const name of ['codex', 'plain']) chmodSync(put(page.desk, name, 'echo "$@"\n'), 0o755)
  const cordon = await page.desk.start()

  await page.reads(`
    $ cordon run -- ./codex exec hello
    --no-daemon exec hello
    $ cordon run -- ./codex --no-daemon
    --no-daemon
    $ cordon run -- ./plain exec
    exec
  `)
  await cordon.stop()
})

test('the command has the streams and the signals that a shell would have given it', async (t) => {
  const { page } = await openRouted(t)
  const cordon = await page.desk.start()
  const flags = 'for i in 0 1 2; do grep flags /proc/self/fdinfo/$i; done; grep -e SigIgn -e SigBlk /proc/self/status'

  const straight = await page.typed(`sh -c '${flags}'`, { input: 'x' })
  const led = await page.typed(`STRIPE_KEY=sk_live_0123456789abcdef cordon run -- sh -c '${flags}'`, { input: 'x' })
  const piped = await page.typed(`cordon run -- sh -c 'yes | head -n 1; cat'`, { input: 'typed' })

  assert.equal(led.stdout, straight.stdout)
  assert.deepEqual([piped.stdout, piped.stderr], ['y\ntyped', ''])
  await cordon.stop()
})

test('a signal to the process of run is one to the command', async (t) => {
  const { page } = await openRouted(t)
  const cordon = await page.desk.start()
  const script = `trap 'echo got INT' INT; trap 'echo got HUP; exit 7' HUP; echo ready; while :; do sleep 0.05; done`
  const { env, project } = page.desk
  const child = spawn('cordon', ['run', '--', 'sh', '-c', script], {
    env,
    cwd: project,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  const saying = async (words: string) => {
    while (!output.includes(words)) output += String((await once(child.stdout, 'data'))[0])
  }

  await saying('ready')
  child.kill('SIGINT')
  await saying('got INT')
  child.kill('SIGHUP')
  const [code] = await once(child, 'exit')

  assert.equal(code, 7)
  await cordon.stop()
})

test('on a terminal, Ctrl+C reaches the command once, and Ctrl+Z and fg do what they do', {
  skip: noTerminal,
}, async (t) => {
  const { page } = await openRouted(t)
  put(
    page.desk,
    'ask.sh',
    `trap 'echo interrupted; exit 9' INT; test -t 0 && test -t 1 && echo at a terminal; read line; echo "read $line"; read line`,
  )

  const screen = await onTerminal(
    page.desk,
    ['bash', '--norc', '-i'],
    [
      ['bash-', 'cordon run -- sh ask.sh\r'],
      ['at a terminal', '\x1a'],
      ['Stopped', 'fg\r'],
      ['cordon run -- sh ask.sh', 'typed\r'],
      ['read typed', '\x03'],
      ['interrupted', 'echo code $?\r'],
      ['code 9', 'exit\r'],
    ],
  )

  assert.equal(screen.text.match(/interrupted/g)?.length, 1, screen.text)
  assert.equal(screen.code, 0)
})

test('where there is no execve, a child runs the command, and its end is told as a shell tells it', async () => {
  const program = (script: string) => ({ executable: '/bin/sh', words: ['sh', '-c', script], env: { CODE: '5' } })

  const codes = [await host(program('exit $CODE')), await host(program('kill -TERM $$'))]

  assert.deepEqual(codes, [5, 143])
})

test('a command with --route gets a token for that route alone, which ends with it', async (t) => {
  const { page } = await openRouted(t)
  await page.typed('cordon route add --host api.github.com --source age --account openai --connect-to 127.0.0.1:1')
  const cordon = await page.desk.start()

  await page.reads(`
    $ cordon run --route openai -- sh -c 'curl -sS https://api.openai.com/; echo; echo $HTTPS_PROXY > url; curl -sS https://api.github.com/; cordon token list | grep -o "run-.*hashed.*" | tr -d 0-9'
    {"ok":true}
    {"message":"cordon: The client token run-PID does not open the route github-api. To mend it, use one that does, as \`cordon token add NAME --route github-api\` makes it.","documentation_url":null,"errors":[{"code":"cordon_route_closed","blame":"client"}]}
    run-  --T::.Z  hashed    openai
    $ cordon token list | grep -c run-
    0
    [1]
    $ HTTPS_PROXY="$(cat url)" curl -sS --cacert "$(echo ~/.config/cordon/projects/*/certs/ca-cert.pem)" https://api.openai.com/ | grep -o cordon_token_unknown
    cordon_token_unknown
  `)

  await cordon.stop()
})
