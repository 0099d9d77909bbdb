import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { put } from '../desk.ts'
import { startResponsesOrigin } from '../responses-origin.ts'
import { originCa, originCertificate } from '../world.ts'
import { noTerminal, onTerminal } from './terminal.ts'
import { openPage, secret } from './transcript.ts'

test('doctor finds nothing to mend where all is set up, runs, and the origins prove their names', async (t) => {
  const page = openPage(t)
  const origin = await startResponsesOrigin(t, originCertificate(['api.openai.com', 'chatgpt.com']))
  put(page.desk, 'origin-ca.pem', originCa.pem)
  await page.typed(
    `cordon setup codex; printf %s ${secret} | cordon secret set openai; printf '\\n[tls]\\ntrust = ["origin-ca.pem"]\\n' >> cordon.toml`,
  )
  for (const route of ['openai', 'openai-models'])
    await page.typed(`cordon route edit ${route} --connect-to 127.0.0.1:${origin.port}`)
  await page.desk.start(['--log-level', 'error'])

  await page.reads(`
    $ cordon doctor
    ✓ config                /desk/project/cordon.toml is sound, with 2 routes.
    ✓ ca                    The CA is valid until DATE, its key is readable for you alone.
    ✓ bundle                ~/.config/cordon/projects/project-HASH/certs/combined-ca.pem holds the system's roots and the CA.
    ✓ roots                 Origins are verified with N roots, 1 more from [tls] trust.
    ✓ trust store           The trust store of the system was not touched; only programs with the variables of \`cordon env\` trust cordon.
    ✓ tokens                Client tokens: default, codex.
    ✓ port                  cordon VERSION listens on 127.0.0.1:PORT (process PID).
    ✓ running               The running cordon (process PID) goes by the configuration as it is.
    ✓ secret openai         "openai" is in the encrypted file ~/.config/cordon/secrets.age.
    ✓ secret openai-models  "openai" is in the encrypted file ~/.config/cordon/secrets.age.
    ✓ codex                 Codex is set up in /desk/project/.codex.
    ✓ route openai          api.openai.com:443, at 127.0.0.1:PORT, proved its name.
    ✓ route openai-models   chatgpt.com:443, at 127.0.0.1:PORT, proved its name.
    $ cordon doctor --json | head -n 12
    {
      "ok": true,
      "findings": [
        {
          "check": "config",
          "state": "ok",
          "sentence": "/desk/project/cordon.toml is sound, with 2 routes."
        },
        {
          "check": "ca",
          "state": "ok",
          "sentence": "The CA is valid until DATE, its key is readable for you alone."
  `)
  assert.deepEqual(origin.requests, [])
  await page.reads(`
    $ cordon doctor --send | grep route
    ✓ config                /desk/project/cordon.toml is sound, with 2 routes.
    ✓ route openai          api.openai.com proved its name and answered 404 to a request with the credential.
    ✓ route openai-models   chatgpt.com proved its name and answered 200 to a request with the credential.
  `)
})

test('doctor without a configuration, or with a faulty one, tells that alone', async (t) => {
  const page = openPage(t)

  await page.reads(`
    $ cordon doctor
    ✗ config  There is no cordon.toml yet.
              to mend it, make one with \`cordon setup\`
    [1]
    $ cordon doctor --scope user --json
    {
      "ok": false,
      "findings": [
        {
          "check": "config",
          "state": "failure",
          "sentence": "There is no ~/.config/cordon/cordon.toml yet.",
          "mend": "make one with \`cordon setup --scope user\`"
        }
      ]
    }
    [1]
    $ printf 'listen = "x"\\nrouts = 1\\n' > cordon.toml
    $ cordon doctor
    ✗ config  cordon.toml:1: listen must be a number, not text.
        1 | listen = "x"
                     ^^^
    ✗ config  cordon.toml:2: "routs" is not a key of this file.
        2 | routs = ********
            ^^^^^
        did you mean routes?
    [1]
    $ cordon doctor --json
    {
      "ok": false,
      "findings": [
        {
          "check": "config",
          "state": "failure",
          "sentence": "cordon.toml:1: listen must be a number, not text.\\n    1 | listen = \\"x\\"\\n                 ^^^"
        },
        {
          "check": "config",
          "state": "failure",
          "sentence": "cordon.toml:2: \\"routs\\" is not a key of this file.\\n    2 | routs = ********\\n        ^^^^^\\n    did you mean routes?"
        }
      ]
    }
    [1]
  `)
})

test('doctor names the command that makes what is not there yet', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup; cordon setup --scope user; rm -r ~/.config/cordon/projects')

  await page.reads(`
    $ cordon doctor
    ✓ config       /desk/project/cordon.toml is sound, with 0 routes.
    ✗ ca           There is no CA at ~/.config/cordon/projects/project-HASH/certs/ca-cert.pem yet.
                   to mend it, run \`cordon setup\`
    ✓ roots        Origins are verified with N roots.
    ✓ trust store  The trust store of the system was not touched; only programs with the variables of \`cordon env\` trust cordon.
    ✗ tokens       There is no client token, so no client can pass.
                   to mend it, run \`cordon setup\`
    ! port         Port PORT is free: cordon does not run.
                   to mend it, run \`cordon start\`
    [1]
    $ rm -r ~/.config/cordon/user && cordon doctor --scope user
    ✓ config       ~/.config/cordon/cordon.toml is sound, with 0 routes.
    ✗ ca           There is no CA at ~/.config/cordon/user/certs/ca-cert.pem yet.
                   to mend it, run \`cordon setup --scope user\`
    ✓ roots        Origins are verified with N roots.
    ✓ trust store  The trust store of the system was not touched; only programs with the variables of \`cordon env\` trust cordon.
    ✗ tokens       There is no client token, so no client can pass.
                   to mend it, run \`cordon setup --scope user\`
    ! port         Port PORT is free: cordon does not run.
                   to mend it, run \`cordon start --scope user\`
    [1]
  `)
})

test('on a terminal of 80 columns what doctor finds goes on below its beginning', { skip: noTerminal }, async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup; rm ~/.config/cordon/projects/*/certs/combined-ca.pem')

  const { text } = await onTerminal(page.desk, ['cordon', 'doctor'], [], { columns: 80 })

  assert.match(
    text,
    /^✓ trust store {2}The trust store of the system was not touched; only programs with\n {15}the variables of `cordon env` trust cordon\.$/m,
  )
  assert.match(text, /^ {15}to mend it, run `cordon start`$/m)
  const raw = text.replaceAll(/~\S*|\/desk\S*/g, '')
  assert.ok(
    raw.split('\n').every((line) => line.length <= 80),
    text,
  )
})

test('doctor has a mend for each thing that is wrong with a set-up', async (t) => {
  const page = openPage(t)
  const somebody = createServer((_, answer) => answer.end('hello')).listen(0, '127.0.0.1')
  t.after(() => somebody.close())
  await once(somebody, 'listening')
  const { port } = somebody.address() as AddressInfo
  put(page.desk, '.codex/auth.json', JSON.stringify({ OPENAI_API_KEY: secret }))
  await page.typed('cordon setup codex')
  await page.typed(`sed -i 's/^listen = .*/listen = ${port}/' cordon.toml`)
  const impostor = await startResponsesOrigin(t, originCertificate(['impostor.test']))
  put(page.desk, 'origin-ca.pem', originCa.pem)
  await page.typed(`printf '\\n[tls]\\ntrust = ["origin-ca.pem"]\\n' >> cordon.toml`)
  await page.typed(`cordon route edit openai --connect-to 127.0.0.1:${impostor.port}`)
  await page.typed('cordon route edit openai-models --connect-to 127.0.0.1:1')

  await page.reads(`
    $ chmod 755 ~/.config/cordon/projects/*/certs; rm ~/.config/cordon/projects/*/certs/combined-ca.pem
    $ cordon token revoke default > /dev/null 2>&1
    $ cordon doctor
    ✓ config                /desk/project/cordon.toml is sound, with 2 routes.
    ✓ ca                    The CA is valid until DATE, its key is readable for you alone.
    ✗ ca folder             Others may enter ~/.config/cordon/projects/project-HASH/certs (mode 0755).
                            to mend it, run \`chmod 700 ~/.config/cordon/projects/project-HASH/certs\`
    ✗ bundle                There is no ~/.config/cordon/projects/project-HASH/certs/combined-ca.pem, and no client can trust cordon without it.
                            to mend it, run \`cordon setup\`
    ✓ roots                 Origins are verified with N roots, 1 more from [tls] trust.
    ✓ trust store           The trust store of the system was not touched; only programs with the variables of \`cordon env\` trust cordon.
    ! tokens                There is no default client token, only codex: \`cordon env\` has none to print.
                            to mend it, run \`cordon setup\`
    ✗ port                  Port PORT is taken by NAME (process PID), which is not cordon.
                            to mend it, stop it, or change \`listen\` in /desk/project/cordon.toml
    ✗ secret openai         There is no secret "openai" in the encrypted file ~/.config/cordon/secrets.age.
                            to mend it, run \`cordon secret set openai\`
    ✗ secret openai-models  There is no secret "openai" in the encrypted file ~/.config/cordon/secrets.age.
                            to mend it, run \`cordon secret set openai-models\`
    ✗ codex                 Codex is set up in /desk/project/.codex otherwise than it would be now: /desk/project/.codex/config.toml, /desk/project/.codex/.env.
                            to mend it, run \`cordon setup codex\`
    ✗ codex key             /desk/project/.codex/auth.json holds a real key, which every program of yours can read.
                            to mend it, run \`cordon setup codex --yes\`, which moves it into the secret store
    ✗ route openai          The origin api.openai.com:443 showed a certificate that does not prove its name (ERR_TLS_CERT_ALTNAME_INVALID).
                            to mend it, if a company CA signed it, name that CA in \`[tls] trust\` of cordon.toml
    ✗ route openai-models   The origin chatgpt.com:443 refused the connection.
                            to mend it, check the network, the proxy of your company, and \`connect_to\` of the route
    [1]
    $ chmod 644 ~/.config/cordon/projects/*/certs/ca-key.pem ~/.config/cordon/projects/*/tokens.toml
    $ cordon doctor | grep -A1 -e '✗ ca' -e tokens
    ✗ ca                    Others than its owner may use the CA's key ~/.config/cordon/projects/project-HASH/certs/ca-key.pem.
                            to mend it, run \`chmod 600 ~/.config/cordon/projects/project-HASH/certs/ca-key.pem\`; if others have read it, move the CA's two files away and run \`cordon setup\`
    --
    ✗ tokens                Others than its owner may use ~/.config/cordon/projects/project-HASH/tokens.toml.
                            to mend it, run \`chmod 600 ~/.config/cordon/projects/project-HASH/tokens.toml\`, then \`cordon token rotate --all\`
    ✗ port                  Port PORT is taken by NAME (process PID), which is not cordon.
  `)
})

test('an agent whose files or undo record cannot be read is one finding of doctor, and one line of the list', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup claude-code && cordon setup qwen')
  await page.typed(
    `echo '{' > .qwen/settings.json; echo '{}' | tee ~/.config/cordon/projects/*/integrations/claude-code.json`,
  )
  const record = '~/.config/cordon/projects/project-HASH/integrations/claude-code.json'

  await page.reads(`
    $ cordon doctor | grep -A1 -e '✗ claude' -e '✗ qwen'
    ✗ claude-code       ${record} is not the undo record that cordon wrote.
                        to mend it, restore it from a backup; or run \`rm ${record}\`, and take out by hand what names cordon in the agent's files
    ✗ qwen              /desk/project/.qwen/settings.json is not a JSON object that cordon can edit (line 1).
                        to mend it, mend the file, then run the command again
    $ cordon integration list 2>&1 | grep -e ^claude -e ^qwen -e '^!' | tr -s ' '
    claude-code no unreadable project
    qwen no unreadable project
    ! ${record} is not the undo record that cordon wrote. To mend it, restore it from a backup; or run \`rm ${record}\`, and take out by hand what names cordon in the agent's files.
    ! /desk/project/.qwen/settings.json is not a JSON object that cordon can edit (line 1). To mend it, mend the file, then run the command again.
  `)
})

test('doctor warns of a token for routes that are gone, and what it says mends that', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup; for host in api.openai.com api.groq.com; do cordon route add --host $host; done')
  await page.typed('cordon token add ci --route openai --route groq; cordon token add bot --route groq')

  await page.reads(`
    $ cordon doctor | grep token
    ✓ tokens         Client tokens: default, ci, bot.
    $ cordon route remove groq >/dev/null 2>&1; cordon doctor | grep token
    ✓ tokens         Client tokens: default, ci, bot.
    ! token ci       The client token ci is for the route groq, which is gone.
                     to mend it, run \`cordon token revoke ci\`, then \`cordon token add ci --route openai\` for its client
    ! token bot      The client token bot is for the route groq, which is gone.
                     to mend it, run \`cordon token revoke bot\`
    $ cordon token revoke ci && cordon token add ci --route openai >/dev/null 2>&1 && cordon token revoke bot
    ✓ Revoked the client token ci; requests with it are refused from now on.
    ✓ Revoked the client token bot; requests with it are refused from now on.
    $ cordon doctor | grep token
    ✓ tokens         Client tokens: default, ci.
  `)
})

test('doctor tells a port of another configuration from one of somebody else', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup')
  const cordon = await page.desk.start()

  put(page.desk, '../other/cordon.toml', `listen = ${cordon.port}\n`)

  await page.reads(`
    $ cordon setup --config ../other/cordon.toml
    ✓ Made a CA for this project in ~/.config/cordon/projects/other-HASH/certs; no trust store was touched.
    ✓ /desk/other/cordon.toml says all that is needed already.
    2>   next: cordon setup codex --config ../other/cordon.toml
    $ cordon doctor --config ../other/cordon.toml
    ✓ config       /desk/other/cordon.toml is sound, with 0 routes.
    ✓ ca           The CA is valid until DATE, its key is readable for you alone.
    ✓ bundle       ~/.config/cordon/projects/other-HASH/certs/combined-ca.pem holds the system's roots and the CA.
    ✓ roots        Origins are verified with N roots.
    ✓ trust store  The trust store of the system was not touched; only programs with the variables of \`cordon env\` trust cordon.
    ✓ tokens       Client tokens: default.
    ✗ port         Port PORT is taken by NAME (process PID), which is the cordon of another configuration.
                   to mend it, give this one another \`listen\` in /desk/other/cordon.toml, then run \`cordon setup --config ../other/cordon.toml\`
    [1]
    $ cordon doctor | grep port
    ✓ port         cordon VERSION listens on 127.0.0.1:PORT (process PID).
  `)
})
