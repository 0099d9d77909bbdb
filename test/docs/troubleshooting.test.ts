/**
 * docs/troubleshooting.md: what it says that a program prints, the program prints. Under each heading stands a block of lines,
 * one a program; `…` is what the page leaves out.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { type Bench, openBench, realKey } from '../compatibility/bench.ts'
import { startCodexWorld } from '../e2e/codex-world.ts'
import { pageAt, root } from './pages.ts'

const page = pageAt('docs/troubleshooting.md')

test('what curl, git, Python and Node print when something is wrong with a request is on the page', async (t) => {
  const bench = await openBench(t)
  const proxy = (user: string) => `http://${user}127.0.0.1:${bench.cordon.port}`
  const through = (url: string) => `export HTTPS_PROXY='${url}' https_proxy='${url}'`

  await seen(bench, 'The certificate is not trusted', `unset ${variablesOfTrust}`)
  await seen(bench, '407', through(proxy('')))
  await seen(bench, '400, and the client token is not known', through(proxy('project:wrong@')))
  await seen(bench, '403 at a private address', '', '10.1.2.3')
  await bench.desk.cordon(['secret', 'delete', 'api'])
  await seen(bench, '400, and the credential is not there')
})

test('what they print when the origin fails, refuses them, or cordon does not run is on the page', async (t) => {
  const bench = await openBench(t)
  await bench.cordon.stop()
  await bench.desk.cordon(['route', 'edit', 'api', '--connect-to', '127.0.0.1:9'])
  await bench.desk.cordon(['route', 'edit', 'git', '--path', '/v1'])
  const cordon = await bench.desk.start()

  await seen(bench, '502, and cordon names the origin')
  await seen(bench, '401, and it is not from cordon', '', bench.git.host)
  await cordon.stop()
  await seen(bench, 'Nobody listens')
  await occupy(t, cordon.port)
  const taken = await bench.desk.cordon(['start'])

  assert.match(normal(taken.stderr), patternOf(linesUnder('The port is taken').join('\n')))
  assert.ok(!`${cordon.output()}${taken.stderr}`.includes(realKey))
})

test('a Codex whose cordon does not run prints what the page says', async (t) => {
  const world = await startCodexWorld()
  t.after(() => world.close())
  await world.stop()

  // It never ends by itself, so it is ended once it has said what the page says.
  const words = ['exec', '--json', '--skip-git-repo-check', 'say hello']
  const codex = spawn('codex', words, {
    cwd: world.desk.project,
    env: { ...world.desk.env, CODEX_HOME: world.codexHome },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  t.after(() => process.kill(-(codex.pid ?? 0), 'SIGKILL'))
  const [line = ''] = linesUnder('Codex waits for ever')
  let printed = ''
  for await (const chunk of codex.stdout) {
    printed += chunk
    if (patternOf(line).test(printed)) break
  }

  assert.match(printed, patternOf(line))
})

test('what Claude Code prints is shown by "Claude Code says at its start that cordon does not run"', () => {
  const shown = readFileSync(join(root, 'test/e2e/agents/claude-code.test.ts'), 'utf8')

  assert.ok(shown.includes("'Claude Code says at its start that cordon does not run'"))
  for (const line of linesUnder('Claude Code cannot connect')) assert.ok(shown.includes(line.replace(/\.$/, '')), line)
})

test('what Codex prints of a missing key and a revoked token is shown by test/e2e/codex-refusals.test.ts', () => {
  const shown = readFileSync(join(root, 'test/e2e/codex-refusals.test.ts'), 'utf8')

  assert.match(shown, /a secret that was deleted while cordon runs ends codex exec at once/)
  assert.match(shown, /a revoked client token ends codex exec at once, and setting Codex up again mends it/)
})

/** Runs the program of each line under a heading, in a shell that begins with a script, and expects the line in its output. */
async function seen({ sh, api, git }: Bench, heading: string, script = '', host?: string): Promise<void> {
  const url = `https://${host ?? api.host}/`
  const programs: [RegExp, string][] = [
    [/^(curl:|\{|HTTP)/, `curl -sSi ${url}`],
    [/^fatal:/, `git ls-remote https://${host ?? git.host}/project.git`],
    [/^urllib/, `python3 -c "import urllib.request; urllib.request.urlopen('${url}')"`],
    [/^TypeError:/, `'${process.execPath}' -e "fetch('${url}')"`],
  ]
  const lines = linesUnder(heading)
  assert.ok(lines.length > 0, heading)
  for (const line of lines) {
    const [, command] = programs.find(([begins]) => begins.test(line)) ?? []
    assert.ok(command, line)
    const { stdout } = await sh(`${script}\n{ ${command}; } 2>&1 || true`)
    assert.match(normal(stdout), patternOf(line))
  }
}

/** What tells the programs of the CA. */
const variablesOfTrust =
  'SSL_CERT_FILE CURL_CA_BUNDLE GIT_SSL_CAINFO REQUESTS_CA_BUNDLE NODE_EXTRA_CA_CERTS DENO_CERT PIP_CERT'

function linesUnder(heading: string): string[] {
  const [, section = ''] = page.text.split(`\n## ${heading}\n`)
  const [, block = ''] = /```text\n(.*?)```/s.exec(section.split('\n## ')[0] ?? '') ?? []
  return block.trimEnd().split('\n')
}

/** The page speaks of hosts of `.example`, and of a port of its own. */
const normal = (text: string) => text.replaceAll('vendor.test', 'vendor.example').replace(portAndTime, '$1N')

const portAndTime = /(127\.0\.0\.1:|\b[Pp]ort |after )\d+/g

function patternOf(line: string): RegExp {
  return new RegExp(
    normal(line)
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replace(/ ?… ?/g, '.*'),
    's',
  )
}

async function occupy(t: TestContext, port: number): Promise<void> {
  const server = createServer((socket) => socket.destroy()).listen(port, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
}
