/** Real clients, each led through cordon by the variables of `cordon env` and nothing else, as a real `sh` sets them. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { delimiter, join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { setKey } from '../../src/config/toml-text.ts'
import { commandFolder, type Desk, formsOf, openDesk, put, type Result, type RunningCordon } from '../desk.ts'
import { type Origin, originCa, type SeenRequest, startOrigin } from '../world.ts'

const realKey = 'real-key-3b8e1f70c2a94d56'
const url = 'https://api.vendor.test/v1/'

interface Bench {
  desk: Desk
  cordon: RunningCordon
  api: Origin
  git: Origin
  /**
   * Runs a script of `sh` that begins with `eval "$(cordon env)"`, and nothing of cordon's in its environment before. Where
   * that gives no proxy the script ends there: a client must not ask the network instead.
   */
  sh(script: string, env?: NodeJS.ProcessEnv): Promise<Result>
}

/** One cordon for all clients, with a route to an API and one to a git server. */
async function openBench(t: TestContext): Promise<Bench> {
  const desk = openDesk()
  t.after(() => desk.clear())
  const api = await startOrigin(t, 'api.vendor.test')
  const git = await startOrigin(t, 'git.vendor.test', { answer: gitBackend(join(desk.folder, 'repositories')) })
  const done = async (words: string[], input?: string) => {
    const result = await desk.cordon(words, input === undefined ? {} : { input })
    assert.equal(result.code, 0, result.stderr)
  }
  await done(['setup'])
  const file = join(desk.project, 'cordon.toml')
  const trust = put(desk, 'origin-ca.pem', originCa.pem)
  put(desk, 'cordon.toml', setKey(readFileSync(file, 'utf8'), ['tls', 'trust'], [trust]))
  const route = ['route', 'add', '--source', 'age', '--account', 'vendor']
  const bearer = ['--auth-type', 'header', '--header-name', 'Authorization', '--scheme', 'Bearer']
  await done([...route, '--host', api.host, '--connect-to', `127.0.0.1:${api.port}`, '--name', 'api', ...bearer])
  const basic = ['--auth-type', 'basic', '--username', 'x-access-token']
  await done([...route, '--host', git.host, '--connect-to', `127.0.0.1:${git.port}`, '--name', 'git', ...basic])
  await done(['secret', 'set', 'api'], realKey)
  const cordon = await desk.start()
  const PATH = [commandFolder(desk), desk.env.PATH].join(delimiter)
  return {
    desk,
    cordon,
    api,
    git,
    sh: (script, env) =>
      desk.run('sh', ['-euc', `eval "$(cordon env)"\n: "$HTTPS_PROXY"\n${script}`], {
        env: { PATH, ...env },
        timeoutMs: 100_000,
      }),
  }
}

const isThere = (program: string, word = '--version') => spawnSync(program, [word], { stdio: 'ignore' }).status === 0

/** Why a client is left out. Those that every machine of ours has are never left out where the tests decide. */
function unless(program: string, { always = false, word = '--version' } = {}): string | false {
  return (always && process.env.CI) || isThere(program, word) ? false : `${program} is not installed`
}

/** The one request that an origin saw for this path, which every client asks for with a key of its own. */
function only({ requests }: Origin, path: string): SeenRequest {
  const seen = requests.filter(({ target }) => target === path)
  assert.equal(seen.length, 1, `${seen.length} requests for ${path}`)
  return seen[0] ?? assert.fail()
}

test('clients get their credential by the variables of cordon env alone', async (t) => {
  const bench = await openBench(t)

  await t.test('curl', { skip: unless('curl', { always: true }) }, async () => {
    const run = await bench.sh(`curl -sS -H 'Authorization: Bearer placeholder' ${url}curl`)

    assert.equal(run.stdout, '{"ok":true}', run.stderr)
    assert.equal(only(bench.api, '/v1/curl').fields.authorization, `Bearer ${realKey}`)
  })

  await t.test('git clones with Basic, and no CONNECT of it lacks the token', async (inner) => {
    const skip = unless('git', { always: true })
    if (skip) return inner.skip(skip)
    const commit = makeRepository(bench.desk)

    const run = await bench.sh(
      `git clone --quiet https://${bench.git.host}/project.git clone && git -C clone rev-parse HEAD`,
    )

    assert.equal(run.stdout.trim(), commit, run.stderr)
    const expected = `Basic ${Buffer.from(`x-access-token:${realKey}`).toString('base64')}`
    assert.deepEqual(new Set(bench.git.requests.map(({ fields }) => fields.authorization)), new Set([expected]))
    assert.doesNotMatch(bench.cordon.output(), /token_missing/)
  })

  await t.test('Python urllib', { skip: unless('python3', { always: true }) }, async () => {
    put(
      bench.desk,
      'ask.py',
      `
import urllib.request
request = urllib.request.Request("${url}urllib", headers={"Authorization": "Bearer placeholder"})
print(urllib.request.urlopen(request).read().decode(), end="")
`,
    )

    const run = await bench.sh('python3 ask.py')

    assert.equal(run.stdout, '{"ok":true}', run.stderr)
    assert.equal(only(bench.api, '/v1/urllib').fields.authorization, `Bearer ${realKey}`)
  })

  await t.test('Python requests', { skip: unless('python3', { always: true }) }, async (inner) => {
    const libraries = requestsFolder(bench.desk)
    if (libraries === undefined) return inner.skip('requests is neither installed nor to be had from the package index')
    put(
      bench.desk,
      'ask_requests.py',
      `
import requests
print(requests.get("${url}requests", headers={"Authorization": "Bearer placeholder"}).text, end="")
`,
    )

    const run = await bench.sh('python3 ask_requests.py', { PYTHONPATH: libraries })

    assert.equal(run.stdout, '{"ok":true}', run.stderr)
    assert.equal(only(bench.api, '/v1/requests').fields.authorization, `Bearer ${realKey}`)
  })

  await t.test('Node fetch', async () => {
    put(
      bench.desk,
      'ask.mjs',
      `
const answer = await fetch('${url}node', { headers: { authorization: 'Bearer placeholder' } })
process.stdout.write(await answer.text())
`,
    )

    const run = await bench.sh(`'${process.execPath}' ask.mjs`)

    assert.equal(run.stdout, '{"ok":true}', run.stderr)
    assert.equal(only(bench.api, '/v1/node').fields.authorization, `Bearer ${realKey}`)
  })

  await t.test('Go net/http', { skip: unless('go', { word: 'version' }) }, async () => {
    put(bench.desk, 'go/go.mod', 'module ask\n')
    put(bench.desk, 'go/main.go', goProgram)
    // The cache of whoever runs the test: net/http from nothing takes half a minute to build.
    const GOCACHE = spawnSync('go', ['env', 'GOCACHE'], { encoding: 'utf8' }).stdout.trim()

    const run = await bench.sh('cd go && go run .', { GOCACHE, GOPROXY: 'off', GOTOOLCHAIN: 'local', GOFLAGS: '' })

    assert.equal(run.stdout, '{"ok":true}', run.stderr)
    assert.equal(only(bench.api, '/v1/go').fields.authorization, `Bearer ${realKey}`)
  })

  await t.test(
    'Java, in a program that reads the variables',
    { skip: unless('javac', { word: '-version' }) },
    async () => {
      put(bench.desk, 'Ask.java', javaProgram)

      const run = await bench.sh('java Ask.java')

      assert.equal(run.stdout, '{"ok":true}', run.stderr)
      assert.equal(only(bench.api, '/v1/java').fields.authorization, `Bearer ${realKey}`)
    },
  )

  await t.test('and the key is neither in what the clients were given nor in the log', async () => {
    const given = await bench.sh('env')

    assert.match(given.stdout, /^HTTPS_PROXY=/m)
    for (const form of formsOf(realKey)) assert.ok(!`${given.stdout}${bench.cordon.output()}`.includes(form), form)
  })
})

/** Where Python finds `requests`: empty where it has it already, else a folder into which pip could put it. */
function requestsFolder({ folder }: Desk): string | undefined {
  const target = join(folder, 'python')
  const has = (PYTHONPATH: string) =>
    spawnSync('python3', ['-c', 'import requests'], { env: { ...process.env, PYTHONPATH }, stdio: 'ignore' }).status ===
    0
  if (has('')) return ''
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', target, 'requests']
  spawnSync('python3', pip, { stdio: 'ignore', timeout: 60_000 })
  return has(target) ? target : undefined
}

/** A bare repository with one commit, whose name is returned. */
function makeRepository({ folder, env }: Desk): string {
  const git = (...words: string[]) => {
    const person = ['-c', 'user.name=Sam', '-c', 'user.email=sam@vendor.test']
    const run = spawnSync('git', [...person, ...words], { env, encoding: 'utf8' })
    assert.equal(run.status, 0, run.stderr)
    return run.stdout.trim()
  }
  const [work, bare] = [join(folder, 'work'), join(folder, 'repositories', 'project.git')]
  git('init', '--quiet', work)
  writeFileSync(join(work, 'README'), 'cloned\n')
  git('-C', work, 'add', 'README')
  git('-C', work, 'commit', '--quiet', '--message', 'first')
  git('clone', '--quiet', '--bare', work, bare)
  return git('-C', bare, 'rev-parse', 'HEAD')
}

/** git's smart HTTP, as `git http-backend` (a CGI program, RFC 3875) speaks it; without a credential there is only 401. */
function gitBackend(root: string) {
  return (request: IncomingMessage, response: ServerResponse, content: string) => {
    if (request.headers.authorization === undefined)
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://git.vendor.test')
    const backend = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: pathname,
        QUERY_STRING: String(searchParams),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'],
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
        HTTP_GIT_PROTOCOL: request.headers['git-protocol'] as string | undefined,
      },
    })
    const chunks: Buffer[] = []
    backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    backend.stdin.end(content, 'latin1')
    backend.on('close', () => {
      const output = Buffer.concat(chunks)
      const end = output.indexOf('\r\n\r\n')
      const fields = output.toString('latin1', 0, end).split('\r\n')
      const status = Number(/^Status: (\d+)/m.exec(fields.join('\n'))?.[1] ?? 200)
      for (const field of fields.filter((one) => !one.startsWith('Status:')))
        response.appendHeader(field.slice(0, field.indexOf(':')), field.slice(field.indexOf(':') + 1).trim())
      response.writeHead(status).end(output.subarray(end + 4))
    })
  }
}

const goProgram = `package main

import (
	"io"
	"log"
	"net/http"
	"os"
)

func main() {
	request, _ := http.NewRequest("GET", "${url}go", nil)
	request.Header.Set("Authorization", "Bearer placeholder")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	io.Copy(os.Stdout, response.Body)
}
`

// A JVM reads none of the variables by itself, and leaves Basic out of tunnels unless it is told.
const javaProgram = `import java.io.FileInputStream;
import java.net.*;
import java.net.http.*;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.*;

class Ask {
  public static void main(String[] words) throws Exception {
    System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
    URI proxy = URI.create(System.getenv("HTTPS_PROXY"));
    String[] pair = proxy.getUserInfo().split(":");
    KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
    roots.load(null);
    try (FileInputStream pem = new FileInputStream(System.getenv("SSL_CERT_FILE"))) {
      int count = 0;
      for (var root : CertificateFactory.getInstance("X.509").generateCertificates(pem))
        roots.setCertificateEntry("root" + count++, root);
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(roots);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), null);
    HttpClient client = HttpClient.newBuilder()
        .proxy(ProxySelector.of(new InetSocketAddress(proxy.getHost(), proxy.getPort())))
        .authenticator(new Authenticator() {
          protected PasswordAuthentication getPasswordAuthentication() {
            return new PasswordAuthentication(pair[0], pair[1].toCharArray());
          }
        })
        .sslContext(tls)
        .build();
    HttpRequest request = HttpRequest.newBuilder(URI.create("${url}java")).build();
    System.out.print(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
  }
}
`
