import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { parseEnv } from 'node:util'
import { put } from '../desk.ts'
import { openPage } from './transcript.ts'

test('env prints the same variables for a shell, fish, dotenv and JSON', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup')

  await page.reads(`
    $ cordon env
    export HTTPS_PROXY='http://project-HASH:TOKEN@127.0.0.1:PORT'
    export HTTP_PROXY='http://project-HASH:TOKEN@127.0.0.1:PORT'
    export https_proxy='http://project-HASH:TOKEN@127.0.0.1:PORT'
    export http_proxy='http://project-HASH:TOKEN@127.0.0.1:PORT'
    export NO_PROXY='localhost,127.0.0.1,::1'
    export no_proxy='localhost,127.0.0.1,::1'
    export NODE_EXTRA_CA_CERTS='~/.config/cordon/projects/project-HASH/certs/ca-cert.pem'
    export NODE_USE_ENV_PROXY='1'
    export SSL_CERT_FILE='~/.config/cordon/projects/project-HASH/certs/combined-ca.pem'
    export REQUESTS_CA_BUNDLE='~/.config/cordon/projects/project-HASH/certs/combined-ca.pem'
    export CURL_CA_BUNDLE='~/.config/cordon/projects/project-HASH/certs/combined-ca.pem'
    export GIT_SSL_CAINFO='~/.config/cordon/projects/project-HASH/certs/combined-ca.pem'
    export PIP_CERT='~/.config/cordon/projects/project-HASH/certs/combined-ca.pem'
    export CARGO_HTTP_CAINFO='~/.config/cordon/projects/project-HASH/certs/combined-ca.pem'
    export AWS_CA_BUNDLE='~/.config/cordon/projects/project-HASH/certs/combined-ca.pem'
    export DENO_CERT='~/.config/cordon/projects/project-HASH/certs/ca-cert.pem'
    $ cordon env --format fish | head -n 3
    set -gx HTTPS_PROXY 'http://project-HASH:TOKEN@127.0.0.1:PORT'
    set -gx HTTP_PROXY 'http://project-HASH:TOKEN@127.0.0.1:PORT'
    set -gx https_proxy 'http://project-HASH:TOKEN@127.0.0.1:PORT'
    $ cordon env --format dotenv | head -n 3
    HTTPS_PROXY=http://project-HASH:TOKEN@127.0.0.1:PORT
    HTTP_PROXY=http://project-HASH:TOKEN@127.0.0.1:PORT
    https_proxy=http://project-HASH:TOKEN@127.0.0.1:PORT
    $ cordon env --json
    {
      "HTTPS_PROXY": "http://project-HASH:TOKEN@127.0.0.1:PORT",
      "HTTP_PROXY": "http://project-HASH:TOKEN@127.0.0.1:PORT",
      "https_proxy": "http://project-HASH:TOKEN@127.0.0.1:PORT",
      "http_proxy": "http://project-HASH:TOKEN@127.0.0.1:PORT",
      "NO_PROXY": "localhost,127.0.0.1,::1",
      "no_proxy": "localhost,127.0.0.1,::1",
      "NODE_EXTRA_CA_CERTS": "~/.config/cordon/projects/project-HASH/certs/ca-cert.pem",
      "NODE_USE_ENV_PROXY": "1",
      "SSL_CERT_FILE": "~/.config/cordon/projects/project-HASH/certs/combined-ca.pem",
      "REQUESTS_CA_BUNDLE": "~/.config/cordon/projects/project-HASH/certs/combined-ca.pem",
      "CURL_CA_BUNDLE": "~/.config/cordon/projects/project-HASH/certs/combined-ca.pem",
      "GIT_SSL_CAINFO": "~/.config/cordon/projects/project-HASH/certs/combined-ca.pem",
      "PIP_CERT": "~/.config/cordon/projects/project-HASH/certs/combined-ca.pem",
      "CARGO_HTTP_CAINFO": "~/.config/cordon/projects/project-HASH/certs/combined-ca.pem",
      "AWS_CA_BUNDLE": "~/.config/cordon/projects/project-HASH/certs/combined-ca.pem",
      "DENO_CERT": "~/.config/cordon/projects/project-HASH/certs/ca-cert.pem"
    }
  `)
})

const quoted = `it's "here" \\ $HOME`

test('values with quotes, dollars and backslashes survive each reader', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup')
  const env = { NO_PROXY: quoted }
  const wanted = `localhost,127.0.0.1,::1,${quoted}`

  const json = JSON.parse((await page.typed('cordon env --format json', { env })).stdout)
  const dotenv = parseEnv((await page.typed('cordon env -f dotenv', { env })).stdout)
  const shell = await page.typed(`eval "$(cordon env)"; printf %s "$NO_PROXY"`, { env })

  assert.equal(json.NO_PROXY, wanted)
  assert.equal(dotenv['NO_PROXY'], wanted)
  assert.equal(shell.stdout, wanted)
})

const fishIsThere = spawnSync('fish', ['--version']).status === 0

test('values with quotes survive fish', { skip: !fishIsThere && 'fish is not installed' }, async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup; cordon env --format fish > vars.fish', { env: { NO_PROXY: quoted } })

  const read = await page.desk.run('fish', ['-c', 'source vars.fish; printf %s $NO_PROXY'])

  assert.equal(read.stdout, `localhost,127.0.0.1,::1,${quoted}`)
})

test('env without a token, a CA or a readable configuration names the command that makes it', async (t) => {
  const page = openPage(t)

  await page.reads(`
    $ cordon env
    2> ✗ There is no cordon.toml yet. (config_missing)
    2>   hint: make one with \`cordon setup\`
    [3]
    $ cordon env --scope user
    2> ✗ There is no ~/.config/cordon/cordon.toml yet. (config_missing)
    2>   hint: make one with \`cordon setup --scope user\`
    [3]
    $ echo 'listen = 6790' > cordon.toml
    $ cordon env
    2> ✗ There is no default client token. (tokens_missing)
    2>   hint: run \`cordon setup\`
    [3]
    $ cordon setup > /dev/null 2>&1; rm ~/.config/cordon/projects/*/certs/combined-ca.pem
    $ cordon env
    2> ✗ There is no CA bundle yet. (ca_missing)
    2>   hint: run \`cordon setup\`
    [3]
    $ cordon env --format xml
    2> ✗ The option --format <format> takes one of shell, fish, dotenv, json. (usage)
    2>   hint: see \`cordon env --help\`
    [2]
    $ chmod 644 ~/.config/cordon/projects/*/tokens.toml && cordon env
    2> ✗ Others than its owner may use ~/.config/cordon/projects/project-HASH/tokens.toml. (tokens_exposed)
    2>   hint: run \`chmod 600 ~/.config/cordon/projects/project-HASH/tokens.toml\`, then \`cordon token rotate --all\`
    [3]
  `)
})

test('env keeps what a person had: exceptions, and roots of their own', async (t) => {
  const page = openPage(t)
  put(page.desk, 'corporate.pem', '')
  await page.typed('cordon setup')

  await page.reads(`
    $ NO_PROXY=.corp,localhost NODE_EXTRA_CA_CERTS=corporate.pem cordon env | grep -e NO_PROXY -e NODE_EXTRA
    export NO_PROXY='localhost,127.0.0.1,::1,.corp'
    export NODE_EXTRA_CA_CERTS='~/.config/cordon/projects/project-HASH/certs/combined-ca.pem'
  `)
})
