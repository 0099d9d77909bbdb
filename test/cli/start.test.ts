import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { cordonBinary, put } from '../desk.ts'
import { normal, openPage, secret } from './transcript.ts'

test('start without a configuration, or without a CA, names the command that makes it', async (t) => {
  const page = openPage(t)

  await page.reads(`
    $ cordon start
    2> ✗ There is no cordon.toml yet. (config_missing)
    2>   hint: make one with \`cordon setup\`
    [3]
    $ cordon start --scope user
    2> ✗ There is no ~/.config/cordon/cordon.toml yet. (config_missing)
    2>   hint: make one with \`cordon setup --scope user\`
    [3]
    $ cordon start --config ./other.toml
    2> ✗ There is no other.toml yet. (config_missing)
    2>   hint: make one with \`cordon setup --config ./other.toml\`
    [3]
    $ echo 'listen = 6790' > cordon.toml
    $ cordon start
    2> ✗ There is no CA at ~/.config/cordon/projects/project-HASH/certs/ca-cert.pem yet. (ca_missing)
    2>   hint: make one with \`cordon setup\`
    [3]
  `)
})

test('start reports every fault of cordon.toml at once, each with its line and the word that was meant', async (t) => {
  const page = openPage(t)
  put(
    page.desk,
    'cordon.toml',
    `listen = "6790"
lisden = 3

[[routes]]
name = "openai"
match.hosst = "api.openai.com"
auth.type = "haeder"
auth.header_name = "Authorization"
auth.secret = { source = "keyrng", account = "openai" }
api_key = "${secret}"
`,
  )

  await page.reads(`
    $ cordon start
    2> ✗ cordon.toml has 7 faults. (config_faulty)
    2>   cordon.toml:1: listen must be a number, not text.
    2>       1 | listen = "6790"
    2>                    ^^^^^^
    2>   cordon.toml:2: "lisden" is not a key of this file.
    2>       2 | lisden = 3
    2>           ^^^^^^
    2>       did you mean listen?
    2>   cordon.toml:6: "hosst" is not a key of routes.match.
    2>       6 | match.hosst = "api.openai.com"
    2>                 ^^^^^
    2>       did you mean host?
    2>   cordon.toml:7: "scheme" of routes.auth is required when header_name is "Authorization"; most origins want "Bearer".
    2>       7 | auth.type = "haeder"
    2>           ^^^^
    2>   cordon.toml:7: type "haeder" is not one that cordon knows; it can be "header" or "basic".
    2>       7 | auth.type = "haeder"
    2>                       ^^^^^^^^
    2>       did you mean header?
    2>   cordon.toml:9: source "keyrng" is not one that cordon knows; it can be "keyring" or "age".
    2>       9 | auth.secret = { source = "keyrng", account = "openai" }
    2>                                    ^^^^^^^^
    2>       did you mean keyring?
    2>   cordon.toml:10: "api_key" is not a key of routes.
    2>       10 | api_key = ********
    2>            ^^^^^^^
    [3]
  `)
})

test('start refuses a file that is no TOML without showing what stands there', async (t) => {
  const page = openPage(t)
  put(page.desk, 'cordon.toml', `listen = 6790\napi_key = ${secret}\n`)

  await page.reads(`
    $ cordon start
    2> ✗ cordon.toml has a fault. (config_faulty)
    2>   cordon.toml:2: This is not TOML: invalid value.
    2>       2 | api_key = ********
    2>                     ^
    [3]
  `)
})

test('start reports all missing secrets at once, and goes without them only with --keep-going', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup codex && cordon route add --host api.anthropic.com --account claude')

  await page.reads(`
    $ cordon start
    2> ✗ 2 secrets cannot be read. (secret_check)
    2>   openai, openai-models: There is no secret "openai" in the encrypted file ~/.config/cordon/secrets.age.
    2>     hint: run \`cordon secret set openai\`
    2>   anthropic: There is no secret "claude" in the encrypted file ~/.config/cordon/secrets.age.
    2>     hint: run \`cordon secret set anthropic\`
    2>   hint: mend them, or run \`cordon start --keep-going\`
    [4]
    $ cordon start --config ./cordon.toml
    2> ✗ 2 secrets cannot be read. (secret_check)
    2>   openai, openai-models: There is no secret "openai" in the encrypted file ~/.config/cordon/secrets.age.
    2>     hint: run \`cordon secret set openai --config ./cordon.toml\`
    2>   anthropic: There is no secret "claude" in the encrypted file ~/.config/cordon/secrets.age.
    2>     hint: run \`cordon secret set anthropic --config ./cordon.toml\`
    2>   hint: mend them, or run \`cordon start --keep-going --config ./cordon.toml\`
    [4]
  `)
  const cordon = await page.desk.start(['--keep-going', '--log-level', 'error'])
  await cordon.stop()

  assert.equal(
    normal(page.desk, cordon.output()),
    `! openai, openai-models: There is no secret "openai" in the encrypted file ~/.config/cordon/secrets.age. To mend it, run \`cordon secret set openai\`.
! anthropic: There is no secret "claude" in the encrypted file ~/.config/cordon/secrets.age. To mend it, run \`cordon secret set anthropic\`.
✓ cordon is listening on 127.0.0.1:PORT for the routes openai, openai-models, anthropic.
`,
  )
})

test('start says so when the port belongs to somebody else, or to a cordon that runs already', async (t) => {
  const page = openPage(t)
  const somebody = createServer((_, answer) => answer.end('hello')).listen(0, '127.0.0.1')
  t.after(() => somebody.close())
  await once(somebody, 'listening')
  const { port } = somebody.address() as AddressInfo
  await page.typed('cordon setup')

  await page.typed(`sed -i 's/^listen = .*/listen = ${port}/' cordon.toml`)
  await page.reads(`
    $ cordon start
    2> ✗ Port PORT on 127.0.0.1 is taken. (port_taken)
    2>   hint: see whose it is with \`cordon doctor\`
    [5]
    $ cordon status
    2> ✗ Something that is not cordon listens on 127.0.0.1:PORT. (port_foreign)
    2>   hint: see whose it is with \`cordon doctor\`
    [5]
    $ cordon status --json
    {
      "error": {
        "code": "port_foreign",
        "message": "Something that is not cordon listens on 127.0.0.1:PORT.",
        "hint": "see whose it is with \`cordon doctor\`"
      }
    }
    [5]
  `)
  somebody.close()
  await once(somebody, 'close')
  await page.desk.start()
  await page.reads(`
    $ cordon start
    2> ✗ cordon already listens on 127.0.0.1:PORT for this configuration (process PID). (proxy_running)
    2>   hint: nothing has to be done; \`cordon stop\` ends it
    [5]
  `)
})

test('start refuses a debugger, which could read every secret', {
  skip: cordonBinary && 'the executable takes no NODE_OPTIONS, so that no debugger can be asked for',
}, async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup')

  await page.reads(`
    $ NODE_OPTIONS=--inspect=0 cordon start 2>&1 | grep -v -e Debugger -e nodejs.org
    ✗ A debugger is open on this process, and it could read every secret. (debugger_open)
      hint: start without \`--inspect\` and without NODE_OPTIONS that contain it
    $ cordon start --log-level loud
    2> ✗ The option --log-level <level> takes one of trace, debug, info, warn, error. (usage)
    2>   hint: see \`cordon start --help\`
    [2]
  `)
})
