import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { test } from 'node:test'
import { integrations } from '../../src/integrations/integrations.ts'
import { filesHolding, put } from '../desk.ts'
import { openPage, type Page, secret } from './transcript.ts'

test('setup makes what is missing and says what is next; a second time all is there already', async (t) => {
  const page = openPage(t)

  await page.reads(`
    $ cordon setup
    ✓ Made a CA for this project in ~/.config/cordon/projects/project-HASH/certs; no trust store was touched.
    ✓ Wrote /desk/project/cordon.toml: port PORT.
    2>   next: cordon setup codex
    $ cordon setup
    ✓ The CA of this project is there already.
    ✓ /desk/project/cordon.toml says all that is needed already.
    2>   next: cordon setup codex
  `)
})

test('without an agent, set-up leads to a route, then to its secret, then to the start, and then nowhere', async (t) => {
  const page = openPage(t)
  installAgents(page, [])
  put(page.desk, 'key', secret)

  await page.reads(`
    $ cordon setup 2>&1 >/dev/null
      next: cordon route add
    $ cordon route add --host api.openai.com 2>&1 >/dev/null | grep next
      next: cordon secret set openai
    $ cordon setup 2>&1 >/dev/null
      next: cordon secret set openai
      next: cordon start
    $ cordon secret set openai < key
    ✓ Stored the secret of openai in the encrypted file ~/.config/cordon/secrets.age, as "openai".
    2>   next: cordon start
  `)
  await page.desk.start()
  await page.reads(`
    $ cordon setup
    ✓ The CA of this project is there already.
    ✓ /desk/project/cordon.toml says all that is needed already.
  `)
})

test('setup codex wires Codex; a second time nothing changes', async (t) => {
  const page = openPage(t)

  await page.reads(`
    $ cordon setup codex
    ✓ Made a CA for this project in ~/.config/cordon/projects/project-HASH/certs; no trust store was touched.
    ✓ Wrote /desk/project/cordon.toml: port PORT, with the routes openai and openai-models.
    ✓ Set up Codex: /desk/project/.codex/config.toml, /desk/project/.codex/auth.json, /desk/project/.codex/.env.
    2> ! Their secret goes to the encrypted file ~/.config/cordon/secrets.age, because there is no system keyring: this session has no D-Bus.
    2>   next: cordon secret set openai
    2>   next: cordon start
    2>   next: export CODEX_HOME="$PWD/.codex" && codex
    $ cordon setup codex
    ✓ The CA of this project is there already.
    ✓ /desk/project/cordon.toml says all that is needed already.
    ✓ Codex is set up already.
    2>   next: cordon secret set openai
    2>   next: cordon start
    2>   next: export CODEX_HOME="$PWD/.codex" && codex
  `)
})

test('setup codex --dry-run shows every change as a diff, without a token, and makes none', async (t) => {
  const page = openPage(t)

  await page.reads(`
    $ cordon setup codex --dry-run
    new file: ~/.config/cordon/projects/project-HASH/certs/ca-cert.pem
    new file: ~/.config/cordon/projects/project-HASH/certs/ca-key.pem
    new file: ~/.config/cordon/projects/project-HASH/certs/combined-ca.pem
    new file: ~/.config/cordon/projects/project-HASH/tokens.toml
    --- /dev/null
    +++ /desk/project/cordon.toml
    @@ -0,0 +1,31 @@
    +# Which origins get which credential. The credentials themselves lie in a secret store, never here.
    +
    +# The port of 127.0.0.1 that agents have as their proxy.
    +listen = PORT
    +
    +# Each origin is a route. \`cordon route add\` writes one like this:
    +#
    +#   [[routes]]
    +#   name = "openai"
    +#   match.host = "api.openai.com"
    +#   auth.type = "header"
    +#   auth.header_name = "Authorization"
    +#   auth.scheme = "Bearer"
    +#   auth.secret = { source = "keyring", account = "openai" }
    +
    +[[routes]]
    +name = "openai"
    +match.host = "api.openai.com"
    +auth.type = "header"
    +auth.header_name = "Authorization"
    +auth.scheme = "Bearer"
    +auth.secret = { source = "age", account = "openai" }
    +
    +[[routes]]
    +name = "openai-models"
    +match.host = "chatgpt.com"
    +match.paths = ["/backend-api/codex/models"]
    +auth.type = "header"
    +auth.header_name = "Authorization"
    +auth.scheme = "Bearer"
    +auth.secret = { source = "age", account = "openai" }
    --- /dev/null
    +++ /desk/project/.codex/config.toml
    @@ -0,0 +1,35 @@
    +sandbox_mode = "workspace-write"
    +
    +[sandbox_workspace_write] # added by cordon
    +network_access = true
    +
    +[features] # added by cordon
    +daemon_auto_start = false
    +
    +[shell_environment_policy.set] # added by cordon
    +HTTPS_PROXY = "http://project-HASH:[a new client token]@127.0.0.1:PORT"
    +HTTP_PROXY = "http://project-HASH:[a new client token]@127.0.0.1:PORT"
    +https_proxy = "http://project-HASH:[a new client token]@127.0.0.1:PORT"
    +http_proxy = "http://project-HASH:[a new client token]@127.0.0.1:PORT"
    +NO_PROXY = "localhost,127.0.0.1,::1"
    +no_proxy = "localhost,127.0.0.1,::1"
    +NODE_USE_ENV_PROXY = "1"
    +CARGO_HTTP_PROXY = "http://project-HASH:[a new client token]@127.0.0.1:PORT"
    +GIT_HTTP_PROXY_AUTHMETHOD = "basic"
    +NODE_EXTRA_CA_CERTS = "~/.config/cordon/projects/project-HASH/certs/ca-cert.pem"
    +DENO_CERT = "~/.config/cordon/projects/project-HASH/certs/ca-cert.pem"
    +SSL_CERT_FILE = "~/.config/cordon/projects/project-HASH/certs/combined-ca.pem"
    +REQUESTS_CA_BUNDLE = "~/.config/cordon/projects/project-HASH/certs/combined-ca.pem"
    +CURL_CA_BUNDLE = "~/.config/cordon/projects/project-HASH/certs/combined-ca.pem"
    +GIT_SSL_CAINFO = "~/.config/cordon/projects/project-HASH/certs/combined-ca.pem"
    +PIP_CERT = "~/.config/cordon/projects/project-HASH/certs/combined-ca.pem"
    +CARGO_HTTP_CAINFO = "~/.config/cordon/projects/project-HASH/certs/combined-ca.pem"
    +AWS_CA_BUNDLE = "~/.config/cordon/projects/project-HASH/certs/combined-ca.pem"
    +GRPC_DEFAULT_SSL_ROOTS_FILE_PATH = "~/.config/cordon/projects/project-HASH/certs/combined-ca.pem"
    +JAVA_TOOL_OPTIONS = "-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=PORT -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=PORT -Dhttp.nonProxyHosts=localhost|127.0.0.1|[::1] -Djavax.net.ssl.trustStore=~/.config/cordon/projects/project-HASH/certs/trust-store.p12 -Djavax.net.ssl.trustStoreType=PKCS12 -Djdk.http.auth.tunneling.disabledSchemes="
    +CLOUDSDK_PROXY_TYPE = "http"
    +CLOUDSDK_PROXY_ADDRESS = "127.0.0.1"
    +CLOUDSDK_PROXY_PORT = "PORT"
    +CLOUDSDK_PROXY_USERNAME = "project-HASH"
    +CLOUDSDK_PROXY_PASSWORD = "[a new client token]"
    +CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE = "~/.config/cordon/projects/project-HASH/certs/combined-ca.pem"
    --- /dev/null
    +++ /desk/project/.codex/auth.json
    @@ -0,0 +1,1 @@
    +{"auth_mode":"apikey","OPENAI_API_KEY":"sk-cordon-placeholder-the-real-key-is-put-in-by-cordon-on-the-way"}
    --- /dev/null
    +++ /desk/project/.codex/.env
    @@ -0,0 +1,28 @@
    +# >>> cordon >>> put in by cordon, which also takes it out
    +HTTPS_PROXY="http://project-HASH:[a new client token]@127.0.0.1:PORT"
    +HTTP_PROXY="http://project-HASH:[a new client token]@127.0.0.1:PORT"
    +https_proxy="http://project-HASH:[a new client token]@127.0.0.1:PORT"
    +http_proxy="http://project-HASH:[a new client token]@127.0.0.1:PORT"
    +NO_PROXY="localhost,127.0.0.1,::1"
    +no_proxy="localhost,127.0.0.1,::1"
    +NODE_USE_ENV_PROXY="1"
    +CARGO_HTTP_PROXY="http://project-HASH:[a new client token]@127.0.0.1:PORT"
    +GIT_HTTP_PROXY_AUTHMETHOD="basic"
    +NODE_EXTRA_CA_CERTS="~/.config/cordon/projects/project-HASH/certs/ca-cert.pem"
    +DENO_CERT="~/.config/cordon/projects/project-HASH/certs/ca-cert.pem"
    +SSL_CERT_FILE="~/.config/cordon/projects/project-HASH/certs/combined-ca.pem"
    +REQUESTS_CA_BUNDLE="~/.config/cordon/projects/project-HASH/certs/combined-ca.pem"
    +CURL_CA_BUNDLE="~/.config/cordon/projects/project-HASH/certs/combined-ca.pem"
    +GIT_SSL_CAINFO="~/.config/cordon/projects/project-HASH/certs/combined-ca.pem"
    +PIP_CERT="~/.config/cordon/projects/project-HASH/certs/combined-ca.pem"
    +CARGO_HTTP_CAINFO="~/.config/cordon/projects/project-HASH/certs/combined-ca.pem"
    +AWS_CA_BUNDLE="~/.config/cordon/projects/project-HASH/certs/combined-ca.pem"
    +GRPC_DEFAULT_SSL_ROOTS_FILE_PATH="~/.config/cordon/projects/project-HASH/certs/combined-ca.pem"
    +JAVA_TOOL_OPTIONS="-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=PORT -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=PORT -Dhttp.nonProxyHosts=localhost|127.0.0.1|[::1] -Djavax.net.ssl.trustStore=~/.config/cordon/projects/project-HASH/certs/trust-store.p12 -Djavax.net.ssl.trustStoreType=PKCS12 -Djdk.http.auth.tunneling.disabledSchemes="
    +CLOUDSDK_PROXY_TYPE="http"
    +CLOUDSDK_PROXY_ADDRESS="127.0.0.1"
    +CLOUDSDK_PROXY_PORT="PORT"
    +CLOUDSDK_PROXY_USERNAME="project-HASH"
    +CLOUDSDK_PROXY_PASSWORD="[a new client token]"
    +CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE="~/.config/cordon/projects/project-HASH/certs/combined-ca.pem"
    +# <<< cordon <<<
    $ ls -A ~ .
    .:

    ~:
  `)
})

test('setup codex --scope user wires the home of Codex that every folder shares', async (t) => {
  const page = openPage(t)

  await page.reads(`
    $ cordon setup codex --scope user
    ✓ Made a CA for this user in ~/.config/cordon/user/certs; no trust store was touched.
    ✓ Wrote ~/.config/cordon/cordon.toml: port PORT, with the routes openai and openai-models.
    ✓ Set up Codex: ~/.codex/config.toml, ~/.codex/auth.json, ~/.codex/.env.
    2> ! Their secret goes to the encrypted file ~/.config/cordon/secrets.age, because there is no system keyring: this session has no D-Bus.
    2>   next: cordon secret set openai --scope user
    2>   next: cordon start --scope user
    2>   next: codex
    $ cordon setup codex --scope user --yes
    ✓ The CA of this user is there already.
    ✓ ~/.config/cordon/cordon.toml says all that is needed already.
    ✓ Codex is set up already.
    2>   next: cordon secret set openai --scope user
    2>   next: cordon start --scope user
    2>   next: codex
  `)
})

test('a real key in the login of Codex is told of, and moved by --yes', async (t) => {
  const page = openPage(t)
  const login = put(page.desk, '.codex/auth.json', JSON.stringify({ OPENAI_API_KEY: secret }))

  await page.reads(`
    $ cordon setup codex
    ✓ Made a CA for this project in ~/.config/cordon/projects/project-HASH/certs; no trust store was touched.
    ✓ Wrote /desk/project/cordon.toml: port PORT, with the routes openai and openai-models.
    ✓ Set up Codex: /desk/project/.codex/config.toml, /desk/project/.codex/.env.
    2> ! Their secret goes to the encrypted file ~/.config/cordon/secrets.age, because there is no system keyring: this session has no D-Bus.
    2> ! /desk/project/.codex/auth.json holds a real key, which every program of yours can read: \`cordon setup codex --yes\` moves it into the secret store.
    2>   next: cordon secret set openai
    2>   next: cordon start
    2>   next: export CODEX_HOME="$PWD/.codex" && codex
    $ cordon setup codex --yes
    ✓ The CA of this project is there already.
    ✓ /desk/project/cordon.toml says all that is needed already.
    ✓ Set up Codex: /desk/project/.codex/auth.json.
    ✓ Moved the real key of /desk/project/.codex/auth.json into the encrypted file ~/.config/cordon/secrets.age; a placeholder stands there now.
    2>   next: cordon start
    2>   next: export CODEX_HOME="$PWD/.codex" && codex
    $ cordon secret check
    ✓ openai: "openai" is in the encrypted file ~/.config/cordon/secrets.age.
    ✓ openai-models: "openai" is in the encrypted file ~/.config/cordon/secrets.age.
  `)

  assert.doesNotMatch(readFileSync(login, 'utf8'), /canary/)
  assert.deepEqual(filesHolding(page.desk.folder, secret), [])
})

const known = integrations.map(({ name }) => name).join(', ')

test('setup says what it does not know, and stops at what it cannot read', async (t) => {
  const page = openPage(t)
  put(page.desk, 'faulty.toml', 'listn = 6790\n')

  await page.reads(`
    $ cordon setup codx
    2> ✗ cordon does not know how to set up "codx". (usage)
    2>   hint: did you mean codex?
    [2]
    $ cordon setup emacs
    2> ✗ cordon does not know how to set up "emacs". (usage)
    2>   hint: it knows ${known}; any other program runs with \`eval "$(cordon env)"\`
    [2]
    $ cordon setup codex --config faulty.toml
    2> ✗ faulty.toml has a fault. (config_faulty)
    2>   faulty.toml:1: "listn" is not a key of this file.
    2>       1 | listn = 6790
    2>           ^^^^^
    2>       did you mean listen?
    [3]
    $ cordon setup codex --config cordon.toml --scope user
    2> ✗ --config and --scope cannot be given together. (usage)
    2>   hint: give one of them
    [2]
    $ cordon setup --scope team
    2> ✗ "team" is no scope. (usage)
    2>   hint: use \`--scope project\` or \`--scope user\`
    [2]
    $ cordon setup --config .
    2> ✗ --config names the folder /desk/project, not a file. (usage)
    2>   hint: give the path of a cordon.toml
    [2]
  `)
})

test('setup keeps a cordon.toml that a person wrote, and adds to its end', async (t) => {
  const page = openPage(t)
  const mine = '# mine\nlisten = 6791 # why not\n'
  put(page.desk, 'cordon.toml', mine)

  await page.reads(`
    $ cordon setup codex
    ✓ Made a CA for this project in ~/.config/cordon/projects/project-HASH/certs; no trust store was touched.
    ✓ Changed /desk/project/cordon.toml: port PORT, with the routes openai and openai-models.
    ✓ Set up Codex: /desk/project/.codex/config.toml, /desk/project/.codex/auth.json, /desk/project/.codex/.env.
    2> ! Their secret goes to the encrypted file ~/.config/cordon/secrets.age, because there is no system keyring: this session has no D-Bus.
    2>   next: cordon secret set openai
    2>   next: cordon start
    2>   next: export CODEX_HOME="$PWD/.codex" && codex
    $ cordon route list
    NAME           HOST                                          THE ORIGIN GETS                 SECRET
    openai         api.openai.com                                Authorization: Bearer [secret]  age "openai"
    openai-models  chatgpt.com, below /backend-api/codex/models  Authorization: Bearer [secret]  age "openai"
  `)

  assert.equal(readFileSync(join(page.desk.project, 'cordon.toml'), 'utf8').startsWith(mine), true)
})

test('setup --dry-run hides a real key that stands beside a change', async (t) => {
  const page = openPage(t)
  put(page.desk, '.claude/settings.local.json', `{\n  "env": {\n    "MY_API_KEY": "${secret}"\n  }\n}\n`)

  const { stdout } = await page.typed('cordon setup claude-code --dry-run')

  assert.match(stdout, /"MY_API_KEY": "\[hidden\]"/)
  assert.match(stdout, /\+ {4}"ANTHROPIC_API_KEY": "sk-ant-api03-cordon-placeholder-/)
})

/** Agents that do nothing, on the PATH of the desk, and no other agents. */
function installAgents({ desk }: Page, names: readonly string[]): void {
  const bin = join(desk.folder, 'agents')
  mkdirSync(bin)
  for (const name of names) writeFileSync(join(bin, name), '#!/bin/sh\n', { mode: 0o755 })
  const ours = (desk.env['PATH'] ?? '').split(delimiter).slice(0, 1)
  desk.env['PATH'] = [...ours, bin, '/usr/bin', '/bin'].join(delimiter)
}

test('setup --all wires every agent that is installed, each route once, and tells which it leaves', async (t) => {
  const page = openPage(t)
  installAgents(page, ['claude', 'opencode', 'gemini', 'hermes'])

  await page.reads(`
    $ cordon setup --all --dry-run 2>&1 | grep -E '^(new file|[+]{3}|[+]name =|!)'
    ! Hermes Agent has no settings for a project alone: \`cordon setup hermes\` wires it in its own place.
    new file: ~/.config/cordon/projects/project-HASH/certs/ca-cert.pem
    new file: ~/.config/cordon/projects/project-HASH/certs/ca-key.pem
    new file: ~/.config/cordon/projects/project-HASH/certs/combined-ca.pem
    new file: ~/.config/cordon/projects/project-HASH/tokens.toml
    +++ /desk/project/cordon.toml
    +name = "anthropic"
    +name = "gemini"
    +++ /desk/project/.claude/skills/cordon/SKILL.md
    +++ /desk/project/.claude/settings.local.json
    +++ /desk/project/.gemini/skills/cordon/SKILL.md
    +++ /desk/project/.gemini/settings.json
    +++ /desk/project/.opencode/skills/cordon/SKILL.md
    $ cordon setup --all
    ✓ Made a CA for this project in ~/.config/cordon/projects/project-HASH/certs; no trust store was touched.
    ✓ Wrote /desk/project/cordon.toml: port PORT, with the routes anthropic and gemini.
    ✓ Set up Claude Code: /desk/project/.claude/skills/cordon/SKILL.md, /desk/project/.claude/settings.local.json.
    ✓ Set up Gemini CLI: /desk/project/.gemini/skills/cordon/SKILL.md, /desk/project/.gemini/settings.json.
    ✓ Set up opencode: /desk/project/.opencode/skills/cordon/SKILL.md.
    2> ! Hermes Agent has no settings for a project alone: \`cordon setup hermes\` wires it in its own place.
    2> ! Their secrets go to the encrypted file ~/.config/cordon/secrets.age, because there is no system keyring: this session has no D-Bus.
    2>   next: cordon secret set anthropic
    2>   next: cordon secret set gemini
    2>   next: cordon start
    2>   next: claude
    2>   next: cordon run -- gemini
    2>   next: cordon run -- opencode
    $ cordon setup --all 2>/dev/null
    ✓ The CA of this project is there already.
    ✓ /desk/project/cordon.toml says all that is needed already.
    ✓ Claude Code is set up already.
    ✓ Gemini CLI is set up already.
    ✓ opencode is set up already.
  `)
})

test('setup --all wires a development container where there is one, and makes none', async (t) => {
  const page = openPage(t)
  installAgents(page, ['opencode', 'devcontainer'])

  await page.reads(`
    $ cordon setup --all 2>/dev/null | grep 'Set up'; ls -A
    ✓ Set up opencode: /desk/project/.opencode/skills/cordon/SKILL.md.
    .opencode
    cordon.toml
    $ mkdir .devcontainer && echo '{ "image": "debian:13" }' > .devcontainer/devcontainer.json
    $ cordon setup --all 2>/dev/null | grep 'Set up'
    ✓ Set up Dev Container: /desk/project/.devcontainer/cordon.env, /desk/project/.devcontainer/devcontainer.json.
    $ cordon token rotate devcontainer
    ✓ Rotated the client token devcontainer; the old one is refused from now on.
    2> ! A Dev Container that runs has the old one: start it again.
    $ cordon setup --all --scope user 2>&1 | grep Dev
    ! Dev Container has no settings for a user alone: \`cordon setup devcontainer\` wires it in its own place.
  `)
})

test('setup --all says so where no agent is installed, and takes no agent by name', async (t) => {
  const page = openPage(t)
  installAgents(page, ['hermes'])

  await page.reads(`
    $ cordon setup --all
    2> ! Hermes Agent has no settings for a project alone: \`cordon setup hermes\` wires it in its own place.
    2> ✗ No agent that cordon knows and could wire is installed here. (agents_missing)
    2>   hint: name one: \`cordon setup codex\`
    [1]
    $ cordon setup codex --all
    2> ✗ --all and codex cannot be given together. (usage)
    2>   hint: give one of them
    [2]
    $ ls -A
  `)
})
