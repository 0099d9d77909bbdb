/**
 * The real Codex at a person's desk: what `cordon setup codex --yes` wrote, a key in the store, a running cordon, and an
 * origin of ours that stands for api.openai.com and chatgpt.com, its certificate verified for those names.
 *
 * Codex asks for other hosts too, without a key: for plugins, for metrics, for its next version. A person can turn each of
 * these off in config.toml, and here they are off, so that nothing leaves loopback on a machine that has the Internet;
 * `authoritiesIn` tells whom Codex asked for all the same. The shell's own proxy variables lead to a port where nobody
 * listens, so a Codex that does not load the `.env` of the set-up reaches no one.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setKey } from '../../src/config/toml-text.ts'
import { type CodexResult, runCodex } from '../codex.ts'
import { type Desk, filesHolding, formsOf, openDesk, put, type Result, type RunningCordon } from '../desk.ts'
import {
  type ResponsesOrigin,
  type ResponsesOriginOptions,
  type SeenRequest,
  startResponsesOrigin,
} from '../responses-origin.ts'
import { originCa, originCertificate } from '../world.ts'

/** The real key: whatever holds it, besides the origin, is a leak. */
export const canary = 'sk-canary-9d27c1f04be85a63+/7e'

/** A person's own config.toml of Codex, from before any set-up. */
export const quietConfig = `check_for_update_on_startup = false # nothing here needs the Internet

[analytics]
enabled = false

[features]
plugins = false
apps = false

[otel]
metrics_exporter = "none"
`

/** What the origin does; without anything it accepts WebSockets and says hello. */
export type Doing = Partial<Omit<ResponsesOriginOptions, 'key' | 'cert'>>

export interface CodexWorld {
  desk: Desk
  origin: ResponsesOrigin
  codexHome: string
  /** What the origin does from now on. */
  originDoes(doing?: Doing): void
  /** Starts cordon, in place of the one that ran. */
  start(words?: readonly string[]): Promise<RunningCordon>
  /** Ends the cordon that runs. */
  stop(signal?: NodeJS.Signals): Promise<void>
  codex(args: readonly string[]): Promise<CodexResult>
  /** One turn of `codex exec`, told as JSON lines. */
  exec(...args: string[]): Promise<CodexResult>
  /** All that cordon and Codex have printed so far. */
  printed(): string
  close(): Promise<void>
}

/** Sets Codex up as a person would; cordon is started by `start`. */
export async function openCodexWorld(env: NodeJS.ProcessEnv = {}): Promise<CodexWorld> {
  const desk = openDesk()
  Object.assign(desk.env, env)
  const options: ResponsesOriginOptions = originCertificate(['api.openai.com', 'chatgpt.com', 'api.tools.test'])
  const { key, cert } = options
  const origin = await startResponsesOrigin(undefined, options)
  const codexHome = join(desk.project, '.codex')
  const cordons: RunningCordon[] = []
  const runs: CodexResult[] = []
  const codex: CodexWorld['codex'] = async (args) => {
    const run = await runCodex({ home: codexHome, cwd: desk.project, args, env: homeOf(desk), timeoutMs: 60_000 })
    runs.push(run)
    return run
  }
  const stop: CodexWorld['stop'] = async (signal) => cordons.at(-1)?.stop(signal)
  return {
    desk,
    origin,
    codexHome,
    originDoes: (doing = {}) => {
      for (const name of Object.keys(options)) Reflect.deleteProperty(options, name)
      Object.assign(options, { key, cert }, doing)
    },
    async start(words) {
      await stop()
      const started = await desk.start(words)
      cordons.push(started)
      return started
    },
    stop,
    codex,
    exec: (...args) => codex(['exec', '--json', '--skip-git-repo-check', ...args, 'say hello']),
    printed: () => [...cordons.map((one) => one.output()), ...runs.map((run) => run.stdout + run.stderr)].join('\n'),
    async close() {
      await desk.clear()
      await origin.close()
    },
  }
}

const homeOf = ({ env: { HOME = '', TMPDIR = '', DBUS_SESSION_BUS_ADDRESS = '' } }: Desk) => ({
  HOME,
  TMPDIR,
  DBUS_SESSION_BUS_ADDRESS,
})

/** A world in which everything is in order and cordon runs. */
export async function startCodexWorld(env?: NodeJS.ProcessEnv): Promise<CodexWorld> {
  const world = await openCodexWorld(env)
  const { desk, origin } = world
  put(desk, '.codex/config.toml', quietConfig)
  await done(desk.cordon(['setup', 'codex', '--yes']))
  await leadToOrigin(desk, origin.port)
  await done(desk.cordon(['secret', 'set', 'openai'], { input: canary }))
  await world.start()
  return world
}

/** Leads the routes of Codex to an origin on loopback; its certificate is verified for the host's name all the same. */
export async function leadToOrigin(desk: Desk, port: number, scope: 'project' | 'user' = 'project'): Promise<void> {
  const folder = scope === 'user' ? join(desk.home, '.config', 'cordon') : desk.project
  const file = join(folder, 'cordon.toml')
  writeFileSync(originCaFile(desk), originCa.pem)
  writeFileSync(file, setKey(readFileSync(file, 'utf8'), ['tls', 'trust'], [originCaFile(desk)]))
  for (const route of ['openai', 'openai-models'])
    await done(desk.cordon(['route', 'edit', route, '--connect-to', `127.0.0.1:${port}`, '--scope', scope]))
}

/** The certificate that the origins are verified with. */
export const originCaFile = ({ folder }: Desk): string => join(folder, 'origin-ca.pem')

/** A command that must end well. */
export async function done(run: Promise<Result>): Promise<Result> {
  const result = await run
  assert.equal(result.code, 0, result.stderr)
  return result
}

export const fieldOf = ({ fields }: SeenRequest, wanted: string): string | undefined =>
  fields.find(([name]) => name.toLowerCase() === wanted)?.[1]

/** Every authority that clients asked cordon for, by its log. */
export function authoritiesIn(log: string): string[] {
  return [...new Set([...log.matchAll(/"authority":"([^"]+)"/g)].map(([, authority]) => authority ?? ''))].sort()
}

/** Every place that holds the real key: files of the desk, and what was printed. */
export function placesHoldingKey({ desk, printed }: CodexWorld): string[] {
  const files = filesHolding(desk.folder, canary)
  return holdsKey(printed()) ? [...files, 'what was printed'] : files
}

export const holdsKey = (text: string): boolean => formsOf(canary).some((form) => text.includes(form))

/** The processes of this machine, with their command lines and environments, as `ps auxwwe` tells them. */
export function processes(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => `${fileOf(pid, 'cmdline')}\n${fileOf(pid, 'environ')}`)
}

function fileOf(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1').replaceAll('\0', ' ')
  } catch {
    // It ended in the meantime, or it is somebody else's.
    return ''
  }
}
