/**
 * A real agent at a person's desk: what `cordon setup AGENT --yes` wrote, a key in the store, a running cordon, and an origin
 * of ours that stands for the vendor's hosts. The agents are large, so they are installed into a folder beside the
 * system's temporary ones, once a version, by npm or pip, and only where `LONG=1` asks for it.
 *
 * The shell's own proxy variables lead to a port where nobody listens, so an agent whose set-up does not lead it through
 * cordon reaches no one; and cordon's own way to every host without a route leads there too.
 */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { setKey } from '../../../src/config/toml-text.ts'
import type { AgentRoute } from '../../../src/integrations/integration.ts'
import { integrationNamed } from '../../../src/integrations/integrations.ts'
import { type Desk, filesHolding, formsOf, openDesk, type Result, type RunningCordon } from '../../desk.ts'
import { type ModelOrigin, startModelOrigin } from '../../model-origin.ts'
import { originCa, originCertificate } from '../../world.ts'
import { processes } from '../codex-world.ts'

/** The real key: whatever holds it, besides the origin, is a leak. */
export const canary = 'sk-canary-4b7e02d19ac6f583'

/** For the options of a test that installs an agent. */
export const onlyLong = {
  skip: process.env['LONG'] === '1' ? false : 'installs a large agent: LONG=1 runs it',
  timeout: 700_000,
}

/** A Python that makes a folder of its own for packages, and is none that aider refuses. */
const python = ['python3', 'python3.12', 'python3.11', 'python3.10'].find(
  (one) => spawnSync(one, ['-c', 'import ensurepip, sys; sys.exit(sys.version_info >= (3, 13))']).status === 0,
)

/** The same for an agent of pip. */
export const onlyLongWithPython = {
  ...onlyLong,
  skip:
    onlyLong.skip || (python === undefined && 'it takes a Python before 3.13 with its module venv, and there is none'),
}

export interface AgentWorld {
  desk: Desk
  origin: ModelOrigin
  cordon: RunningCordon
  /** Runs the agent as it is told to when it is set up, by itself or by `cordon run`; the key must be in no process meanwhile. */
  run(words: readonly string[], env?: NodeJS.ProcessEnv): Promise<Result>
  /** Every place that holds the real key: files of the desk, processes, and what was printed. */
  placesHoldingKey(): string[]
}

export interface AgentShape {
  /** What is installed, with versions: the packages of one registry. */
  packages: { npm: readonly string[] } | { pip: readonly string[] }
  program: string
  /** As `cordon setup` knows it. */
  agent: string
  /** The routes that set-up makes, with the hosts that the origin stands for; the first has the secret of all. */
  routes: readonly [AgentRoute, ...AgentRoute[]]
}

/** Sets the agent up as a person would, stores the key and starts cordon. */
export async function startAgentWorld(t: TestContext, shape: AgentShape): Promise<AgentWorld> {
  const { packages, program, agent, routes } = shape
  const bin = installed(packages)
  const desk = openDesk()
  t.after(() => desk.clear())
  // Those of npm are scripts for a Node, which a desk with the executable has none of.
  desk.env['PATH'] = [bin, dirname(process.execPath), desk.env['PATH']].join(delimiter)
  const origin = await startModelOrigin(originCertificate([routes[0].host, ...routes.map(({ host }) => host)]))
  t.after(() => origin.close())
  const printed: string[] = []
  const typed = async (words: readonly string[], input?: string) => {
    const run = await desk.cordon(words, input === undefined ? {} : { input })
    printed.push(run.stdout, run.stderr)
    assert.equal(run.code, 0, run.stderr)
  }
  await typed(['setup', agent, '--yes'])
  const file = join(desk.project, 'cordon.toml')
  writeFileSync(join(desk.folder, 'origin-ca.pem'), originCa.pem)
  writeFileSync(file, setKey(readFileSync(file, 'utf8'), ['tls', 'trust'], [join(desk.folder, 'origin-ca.pem')]))
  for (const { name } of routes) await typed(['route', 'edit', name, '--connect-to', `127.0.0.1:${origin.port}`])
  await typed(['secret', 'set', routes[0].name], canary)
  const cordon = await desk.start([], { env: nowhere })
  let seenInProcesses = false
  return {
    desk,
    origin,
    cordon,
    async run(words, env = {}) {
      const options = { env: { ...nowhere, ...env }, timeoutMs: 60_000 }
      const byItself = integrationNamed(agent).wiring === 'files'
      const running = byItself
        ? desk.run(program, words, options)
        : desk.cordon(['run', '--', program, ...words], options)
      const watch = setInterval(() => {
        seenInProcesses ||= processes().some((one) => one.includes(canary))
      }, 200)
      const run = await running.finally(() => clearInterval(watch))
      printed.push(run.stdout, run.stderr)
      return run
    },
    placesHoldingKey() {
      const everything = [...printed, cordon.output()].join('\n')
      return [
        ...filesHolding(desk.folder, canary),
        ...(formsOf(canary).some((form) => everything.includes(form)) ? ['what was printed'] : []),
        ...(seenInProcesses ? ['a process'] : []),
      ]
    },
  }
}

// Port 9 (discard) of loopback: a proxy that is not there keeps every request at home.
const nowhere = {
  HTTPS_PROXY: 'http://127.0.0.1:9',
  HTTP_PROXY: 'http://127.0.0.1:9',
  https_proxy: 'http://127.0.0.1:9',
}

/** The folder with the programs of these packages. */
function installed(packages: AgentShape['packages']): string {
  const names = Object.values(packages).flat()
  const folder = join(tmpdir(), 'cordon-agents', names.join(' ').replaceAll('/', '+'))
  const done = join(folder, 'done')
  const options = { cwd: folder, timeout: 600_000, stdio: 'pipe' } as const
  if (!existsSync(done)) {
    mkdirSync(folder, { recursive: true })
    if ('npm' in packages) {
      writeFileSync(join(folder, 'package.json'), '{}\n')
      execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent', ...names], options)
    } else {
      execFileSync(python ?? 'python3', ['-m', 'venv', folder], options)
      execFileSync(join(folder, 'bin', 'pip'), ['install', '--quiet', ...names], options)
    }
    writeFileSync(done, '')
  }
  return 'npm' in packages ? join(folder, 'node_modules', '.bin') : join(folder, 'bin')
}
