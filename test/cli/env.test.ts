import { test } from 'node:test'
import { put } from '../desk.ts'
import { foreignRoot } from '../tls/place.ts'
import { openPage, secret } from './transcript.ts'

test('env prints the same variables for each of its readers', async (t) => {
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
    export NODE_USE_ENV_PROXY='1'
    export CARGO_HTTP_PROXY='http://project-HASH:TOKEN@127.0.0.1:PORT'
    export GIT_HTTP_PROXY_AUTHMETHOD='basic'
    export NODE_EXTRA_CA_CERTS='~/.config/cordon/projects/project-HASH/certs/ca-cert.pem'
    export DENO_CERT='~/.config/cordon/projects/project-HASH/certs/ca-cert.pem'
    export SSL_CERT_FILE='~/.config/cordon/projects/project-HASH/certs/combined-ca.pem'
    export REQUESTS_CA_BUNDLE='~/.config/cordon/projects/project-HASH/certs/combined-ca.pem'
    export CURL_CA_BUNDLE='~/.config/cordon/projects/project-HASH/certs/combined-ca.pem'
    export GIT_SSL_CAINFO='~/.config/cordon/projects/project-HASH/certs/combined-ca.pem'
    export PIP_CERT='~/.config/cordon/projects/project-HASH/certs/combined-ca.pem'
    export CARGO_HTTP_CAINFO='~/.config/cordon/projects/project-HASH/certs/combined-ca.pem'
    export AWS_CA_BUNDLE='~/.config/cordon/projects/project-HASH/certs/combined-ca.pem'
    export GRPC_DEFAULT_SSL_ROOTS_FILE_PATH='~/.config/cordon/projects/project-HASH/certs/combined-ca.pem'
    export JAVA_TOOL_OPTIONS='-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=PORT -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=PORT -Dhttp.nonProxyHosts=localhost|127.0.0.1|[::1] -Djavax.net.ssl.trustStore=~/.config/cordon/projects/project-HASH/certs/trust-store.p12 -Djavax.net.ssl.trustStoreType=PKCS12 -Djdk.http.auth.tunneling.disabledSchemes='
    export CLOUDSDK_PROXY_TYPE='http'
    export CLOUDSDK_PROXY_ADDRESS='127.0.0.1'
    export CLOUDSDK_PROXY_PORT='PORT'
    export CLOUDSDK_PROXY_USERNAME='project-HASH'
    export CLOUDSDK_PROXY_PASSWORD='TOKEN'
    export CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE='~/.config/cordon/projects/project-HASH/certs/combined-ca.pem'
    $ cordon env --format fish | head -n 3
    set -gx HTTPS_PROXY 'http://project-HASH:TOKEN@127.0.0.1:PORT'
    set -gx HTTP_PROXY 'http://project-HASH:TOKEN@127.0.0.1:PORT'
    set -gx https_proxy 'http://project-HASH:TOKEN@127.0.0.1:PORT'
    $ cordon env --format dotenv | head -n 3
    HTTPS_PROXY=http://project-HASH:TOKEN@127.0.0.1:PORT
    HTTP_PROXY=http://project-HASH:TOKEN@127.0.0.1:PORT
    https_proxy=http://project-HASH:TOKEN@127.0.0.1:PORT
    $ cordon env --format powershell | head -n 2
    $env:HTTPS_PROXY = 'http://project-HASH:TOKEN@127.0.0.1:PORT'
    $env:HTTP_PROXY = 'http://project-HASH:TOKEN@127.0.0.1:PORT'
    $ cordon env --format github | head -n 2
    HTTPS_PROXY=http://project-HASH:TOKEN@127.0.0.1:PORT
    HTTP_PROXY=http://project-HASH:TOKEN@127.0.0.1:PORT
    $ cordon env --format docker | head -n 2
    HTTPS_PROXY=http://project-HASH:TOKEN@127.0.0.1:PORT
    HTTP_PROXY=http://project-HASH:TOKEN@127.0.0.1:PORT
    $ cordon env --json
    {
      "HTTPS_PROXY": "http://project-HASH:TOKEN@127.0.0.1:PORT",
      "HTTP_PROXY": "http://project-HASH:TOKEN@127.0.0.1:PORT",
      "https_proxy": "http://project-HASH:TOKEN@127.0.0.1:PORT",
      "http_proxy": "http://project-HASH:TOKEN@127.0.0.1:PORT",
      "NO_PROXY": "localhost,127.0.0.1,::1",
      "no_proxy": "localhost,127.0.0.1,::1",
      "NODE_USE_ENV_PROXY": "1",
      "CARGO_HTTP_PROXY": "http://project-HASH:TOKEN@127.0.0.1:PORT",
      "GIT_HTTP_PROXY_AUTHMETHOD": "basic",
      "NODE_EXTRA_CA_CERTS": "~/.config/cordon/projects/project-HASH/certs/ca-cert.pem",
      "DENO_CERT": "~/.config/cordon/projects/project-HASH/certs/ca-cert.pem",
      "SSL_CERT_FILE": "~/.config/cordon/projects/project-HASH/certs/combined-ca.pem",
      "REQUESTS_CA_BUNDLE": "~/.config/cordon/projects/project-HASH/certs/combined-ca.pem",
      "CURL_CA_BUNDLE": "~/.config/cordon/projects/project-HASH/certs/combined-ca.pem",
      "GIT_SSL_CAINFO": "~/.config/cordon/projects/project-HASH/certs/combined-ca.pem",
      "PIP_CERT": "~/.config/cordon/projects/project-HASH/certs/combined-ca.pem",
      "CARGO_HTTP_CAINFO": "~/.config/cordon/projects/project-HASH/certs/combined-ca.pem",
      "AWS_CA_BUNDLE": "~/.config/cordon/projects/project-HASH/certs/combined-ca.pem",
      "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": "~/.config/cordon/projects/project-HASH/certs/combined-ca.pem",
      "JAVA_TOOL_OPTIONS": "-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=PORT -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=PORT -Dhttp.nonProxyHosts=localhost|127.0.0.1|[::1] -Djavax.net.ssl.trustStore=~/.config/cordon/projects/project-HASH/certs/trust-store.p12 -Djavax.net.ssl.trustStoreType=PKCS12 -Djdk.http.auth.tunneling.disabledSchemes=",
      "CLOUDSDK_PROXY_TYPE": "http",
      "CLOUDSDK_PROXY_ADDRESS": "127.0.0.1",
      "CLOUDSDK_PROXY_PORT": "PORT",
      "CLOUDSDK_PROXY_USERNAME": "project-HASH",
      "CLOUDSDK_PROXY_PASSWORD": "TOKEN",
      "CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE": "~/.config/cordon/projects/project-HASH/certs/combined-ca.pem"
    }
  `)
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
    2> ✗ The option --format <format> takes one of shell, fish, powershell, dotenv, json, github, docker. (usage)
    2>   hint: see \`cordon env --help\`
    [2]
    $ chmod 644 ~/.config/cordon/projects/*/tokens.toml && cordon env
    2> ✗ Others than its owner may use ~/.config/cordon/projects/project-HASH/tokens.toml. (tokens_exposed)
    2>   hint: run \`chmod 600 ~/.config/cordon/projects/project-HASH/tokens.toml\`, then \`cordon token rotate --all\`
    [3]
  `)
})

test('env keeps what a person had: exceptions, options of the JVM, and roots of their own', async (t) => {
  const page = openPage(t)
  put(page.desk, 'corporate.pem', '')
  await page.typed('cordon setup')

  await page.reads(`
    $ NO_PROXY=.corp,localhost NODE_EXTRA_CA_CERTS=corporate.pem cordon env | grep -e NO_PROXY -e NODE_EXTRA
    export NO_PROXY='localhost,127.0.0.1,::1,.corp'
    export NODE_EXTRA_CA_CERTS='~/.config/cordon/projects/project-HASH/certs/combined-ca.pem'
    $ JAVA_TOOL_OPTIONS=-Xmx1g cordon env | grep -o 'OPTIONS=.* -Dhttp.proxyHost'
    OPTIONS='-Xmx1g -Dhttp.proxyHost
    $ eval "$(cordon env)"; env > once; eval "$(cordon env)"; env > twice; grep -v ^_= once | diff - twice
  `)
})

test('env says which proxy it took the place of, without its password, and which roots the bundle lacks', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup')
  put(page.desk, 'corporate.pem', foreignRoot('Corporate'))

  await page.reads(`
    $ HTTPS_PROXY=http://sam:${secret}@proxy.corp:8080 cordon env | head -n 1
    export HTTPS_PROXY='http://project-HASH:TOKEN@127.0.0.1:PORT'
    2> ! HTTPS_PROXY of this shell named http://proxy.corp:8080, and now names cordon. A cordon that starts with the old value goes through that proxy itself; so does any with \`proxy = "http://proxy.corp:8080"\` in \`[network]\` of cordon.toml.
    $ https_proxy=socks5://proxy.corp cordon env > /dev/null
    2> ! https_proxy of this shell was not the URL of an HTTP proxy, and is replaced.
    $ HTTPS_PROXY=http://user:0123456789012345678901234567890123456789abc@127.0.0.1:6790 cordon env > /dev/null
    $ CURL_CA_BUNDLE=corporate.pem cordon env > /dev/null
    2> ! The bundle lacks roots of /desk/project/corporate.pem, which this shell trusts: \`cordon setup\` takes them in.
    $ CURL_CA_BUNDLE=corporate.pem cordon setup > /dev/null 2>&1; CURL_CA_BUNDLE=corporate.pem cordon env > /dev/null
  `)
})
