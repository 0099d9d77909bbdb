/**
 * The clients of docs/compatibility.md. Each is a script of `sh` that asks for `$URL` with a key of its own, and another that
 * says hello on a WebSocket to `$WS` and prints the echo, where the client has such a thing. `$NODE` is the Node of the tests.
 */
import { compiled } from './programs.ts'

export interface Client {
  /** As the table names it; also the last part of its URL, in lower case. */
  name: string
  /**
   * Prints the version, and ends with 0 where the client is installed with all that the scripts use of it, and built as the one
   * that was recorded: a wget with another TLS is another client.
   */
  version: string
  get?: string
  webSocket?: string
  /** Of `$URL`, where it is another than that of the API. */
  host?: string
  /** Files that the scripts need. */
  files?: Readonly<Record<string, string>>
  /** Takes minutes or the network the first time, so it runs with LONG=1 alone. */
  isLong?: boolean
}

const python = (library: string, lines: string): Pick<Client, 'get' | 'files'> => {
  const file = `ask_${library}.py`
  return {
    get: `python3 ${file}`,
    files: { [file]: `import os\nurl = os.environ["URL"]\nkey = {"Authorization": "Bearer placeholder"}\n${lines}\n` },
  }
}
const versionOf = (library: string, ...parts: string[]) =>
  `python3 -c 'import ssl, ${[library, ...parts].join(', ')}; from importlib.metadata import version; print(version("${library}"))'`
const moduleVersion = (library: string) => `"$NODE" -p 'require("${library}/package.json").version'`

// A JRE runs no source: the compiler is a module of the JDK.
const java = '{ java --list-modules | grep -q "^jdk.compiler@" && java --version; } 2> /dev/null'

const key = `{ headers: { authorization: 'Bearer placeholder' } }`
const hello = `socket.onopen = () => socket.send('hello')
socket.onmessage = ({ data }) => { console.log(String(data)); socket.close() }
socket.onerror = ({ message }) => { console.error(message); process.exit(1) }`

const fetching = `await fetch(process.env.URL, ${key})`
const talking = `const socket = new WebSocket(process.env.WS)\n${hello}`

export const clients: readonly Client[] = [
  {
    name: 'curl',
    version: 'curl --version | grep -q HTTP2 && curl --version',
    get: `curl -sS -H 'Authorization: Bearer placeholder' "$URL"`,
  },
  // The one of BusyBox has no such option.
  {
    name: 'wget',
    version: 'wget --version | grep -q +ssl/gnutls && wget --version',
    get: 'wget -q -t 1 -T 10 -O - "$URL"',
  },
  // Some systems have what speaks HTTP in a package of its own.
  {
    name: 'git',
    version: 'test -x "$(git --exec-path)/git-remote-https" && git --version',
    get: 'git ls-remote "$URL"',
  },
  {
    name: 'Python urllib',
    version: `python3 -c 'import ssl, platform; print(platform.python_version())'`,
    ...python('urllib', 'import urllib.request as r\nr.urlopen(r.Request(url, headers=key)).read()'),
  },
  {
    name: 'Python requests',
    version: versionOf('requests'),
    ...python('requests', 'import requests\nrequests.get(url, headers=key)'),
  },
  {
    name: 'Python httpx',
    version: versionOf('httpx'),
    ...python('httpx', 'import httpx\nhttpx.get(url, headers=key)'),
  },
  {
    name: 'Python httpx with http2=True',
    version: versionOf('httpx', 'h2'),
    ...python('httpx_h2', 'import httpx\nhttpx.Client(http2=True).get(url, headers=key)'),
  },
  {
    name: 'Python aiohttp',
    version: versionOf('aiohttp'),
    ...python('aiohttp', aiohttpProgram('')),
  },
  {
    name: 'Python aiohttp with trust_env=True',
    version: versionOf('aiohttp'),
    ...python('aiohttp_env', aiohttpProgram('trust_env=True')),
  },
  {
    name: 'Python websockets',
    version: versionOf('websockets', 'websockets.sync.client'),
    webSocket: 'python3 hello.py',
    files: {
      'hello.py': `import os
from websockets.sync.client import connect
with connect(os.environ["WS"]) as socket:
    socket.send("hello")
    print(socket.recv())
`,
    },
  },
  {
    name: 'Python grpcio',
    version: `python3 -c 'import grpc; print(grpc.__version__)'`,
    host: 'grpc.vendor.test',
    ...python('grpcio', grpcProgram()),
  },
  {
    name: 'pip',
    version: `python3 -c 'import ssl' && python3 -m pip --version`,
    get: 'python3 -m pip download --retries 0 --index-url "$URL" absent',
  },
  {
    name: 'uv',
    // Without a Python it would fetch one.
    version: 'uv python find --no-python-downloads > /dev/null && uv --version',
    get: 'uv pip install --no-python-downloads --no-cache --target uv-target --index-url "$URL" absent',
  },
  {
    name: 'Node fetch, WebSocket',
    version: '"$NODE" --version',
    get: '"$NODE" fetch.mjs',
    webSocket: '"$NODE" socket.mjs',
    // Its socket on a stream of HTTP/2 does not keep the process alive by itself.
    files: { 'fetch.mjs': fetching, 'socket.mjs': `${talking}\nsetTimeout(() => {}, 2000)` },
  },
  {
    name: 'Node https',
    version: '"$NODE" --version',
    get: '"$NODE" https.mjs',
    files: {
      'https.mjs': `import { get } from 'node:https'\nget(process.env.URL, ${key}, (answer) => answer.resume())`,
    },
  },
  {
    name: 'undici',
    version: moduleVersion('undici'),
    get: '"$NODE" undici.cjs',
    files: { 'undici.cjs': `require('undici').fetch(process.env.URL, ${key})` },
  },
  {
    name: 'axios',
    version: moduleVersion('axios'),
    get: '"$NODE" axios.cjs',
    files: { 'axios.cjs': `require('axios').get(process.env.URL, ${key})` },
  },
  {
    name: 'ws',
    version: moduleVersion('ws'),
    webSocket: '"$NODE" ws.cjs',
    files: { 'ws.cjs': `const socket = new (require('ws'))(process.env.WS)\n${hello}` },
  },
  { name: 'npm', version: 'npm --version', get: 'npm view absent --registry "$URL" --fetch-retries 0' },
  {
    name: 'Bun',
    version: 'bun --version',
    get: 'bun fetch.mjs',
    webSocket: 'bun socket.mjs',
    files: { 'fetch.mjs': fetching, 'socket.mjs': talking },
  },
  {
    name: 'Deno',
    version: 'deno --version',
    get: 'deno run --allow-all fetch.mjs',
    webSocket: 'deno run --allow-all socket.mjs',
    files: {
      'fetch.mjs': `import process from 'node:process'\n${fetching}`,
      'socket.mjs': `import process from 'node:process'\n${talking}`,
    },
  },
  { name: 'Go net/http', version: 'go version', ...compiled.go },
  { name: 'Rust reqwest', version: 'cargo --version > /dev/null && echo 0.13.5', ...compiled.rust('reqwest') },
  { name: 'Rust ureq', version: 'cargo --version > /dev/null && echo 3.5.1', ...compiled.rust('ureq') },
  {
    name: 'cargo',
    version: 'cargo --version',
    get: 'cd crate && cargo fetch',
    files: {
      'crate/Cargo.toml':
        '[package]\nname = "ask"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\nabsent = { version = "1", registry = "ours" }\n',
      'crate/src/lib.rs': '',
      'crate/.cargo/config.toml':
        '[registries.ours]\nindex = "sparse+https://api.vendor.test/v1/cargo/"\n[net]\nretry = 0\n',
    },
  },
  { name: 'Java HttpClient', version: java, ...compiled.java('') },
  {
    name: 'Java HttpClient with an Authenticator',
    version: java,
    ...compiled.java('.authenticator(pair)'),
  },
  {
    name: 'Ruby net/http',
    version: `ruby -r net/https -e 'puts RUBY_VERSION'`,
    get: 'ruby ask.rb',
    files: {
      'ask.rb': `require "net/http"\nNet::HTTP.get(URI(ENV["URL"]), { "Authorization" => "Bearer placeholder" })\n`,
    },
  },
  {
    name: 'PHP curl',
    version: `php -r 'curl_version(); echo PHP_VERSION;'`,
    get: 'php ask.php',
    files: { 'ask.php': '<?php $c = curl_init(getenv("URL")); curl_exec($c); fwrite(STDERR, curl_error($c));' },
  },
  {
    name: 'PHP streams',
    version: `php -r 'openssl_get_cert_locations(); echo PHP_VERSION;'`,
    get: 'php streams.php',
    files: { 'streams.php': '<?php file_get_contents(getenv("URL"));' },
  },
  {
    name: 'AWS CLI',
    version: 'aws --version',
    get: 'AWS_MAX_ATTEMPTS=1 aws sts get-caller-identity --no-sign-request --region us-east-1 --endpoint-url "$URL"',
  },
  { name: 'gh', version: 'gh --version', get: 'GH_TOKEN=placeholder gh api "$URL"' },
  { name: '.NET HttpClient', version: 'dotnet --version' },
  {
    name: 'gcloud',
    version: 'gcloud --version',
    get: 'CLOUDSDK_AUTH_ACCESS_TOKEN_FILE=token CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER="$URL/" gcloud projects list --quiet',
    files: { token: 'placeholder' },
  },
  {
    name: 'Docker CLI',
    version: 'docker --version',
    get: 'docker manifest inspect "$(echo "$URL" | cut -c 9-):latest"',
  },
]

function grpcProgram(): string {
  return `import grpc
from urllib.parse import urlsplit
at = urlsplit(url)
channel = grpc.secure_channel(at.netloc + ":443", grpc.ssl_channel_credentials())
ask = channel.unary_unary(at.path + "/Ask")
try:
    ask(b"", metadata=[("authorization", "Bearer placeholder")], timeout=30)
except grpc.RpcError as error:
    print(error.details())`
}

function aiohttpProgram(options: string): string {
  return `import aiohttp, asyncio
async def main():
    async with aiohttp.ClientSession(${options}) as session:
        async with session.get(url, headers=key) as answer:
            await answer.text()
asyncio.run(main())`
}
