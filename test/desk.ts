/**
 * A person's desk: a home, a project folder and the built `cordon`, far from those of whoever runs the tests. Only what is
 * named here is in the environment of what runs on it.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The command as `npm run build` leaves it. */
export const cordonFile = join(root, 'dist', 'cordon.js')

/** The executable that the tests run in the place of `cordonFile`, where the environment names one. */
export const cordonBinary = process.env['CORDON_BINARY'] && resolve(process.env['CORDON_BINARY'])

/** The program that is `cordon`, and the words before those of a person. */
const [cordonProgram, ...cordonWords] = cordonBinary ? [cordonBinary] : [process.execPath, cordonFile]

export interface Result {
  code: number | undefined
  stdout: string
  stderr: string
  ms: number
}

export interface RunOptions {
  /** What is piped into stdin; nothing when not given. */
  input?: string
  env?: NodeJS.ProcessEnv
  cwd?: string
  timeoutMs?: number
}

export interface Desk {
  /** Everything lies below it. */
  folder: string
  home: string
  project: string
  env: NodeJS.ProcessEnv
  /** Runs `cordon <words>` in the project. */
  cordon(words: readonly string[], options?: RunOptions): Promise<Result>
  /** Runs any program in the project. */
  run(command: string, words: readonly string[], options?: RunOptions): Promise<Result>
  /** Runs `cordon start` until `stop`; resolves once it says that it listens. */
  start(words?: readonly string[], options?: RunOptions): Promise<RunningCordon>
  /** Ends what still runs and removes the folder. */
  clear(): Promise<void>
}

export interface RunningCordon {
  port: number
  process: ChildProcess
  /** What it wrote so far. */
  output(): string
  stop(signal?: NodeJS.Signals): Promise<void>
}

export function openDesk(): Desk {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'cordon-desk-')))
  const home = join(folder, 'home')
  const project = join(folder, 'project')
  for (const made of [home, project]) mkdirSync(made)
  const env: NodeJS.ProcessEnv = {
    PATH: [nodeFolder(folder), join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
    HOME: home,
    LANG: 'C.UTF-8',
    TMPDIR: folder,
  }
  const running = new Set<RunningCordon>()
  const run: Desk['run'] = (command, words, options = {}) =>
    runToEnd(command, words, { cwd: project, ...options, env: { ...env, ...options.env } })
  return {
    folder,
    home,
    project,
    env,
    run,
    cordon: (words, options) => run(cordonProgram, [...cordonWords, ...words], options),
    async start(words = [], options = {}) {
      const started = await startCordon(['start', ...words], {
        cwd: project,
        ...options,
        env: { ...env, ...options.env },
      })
      running.add(started)
      return started
    },
    async clear() {
      await Promise.all([...running].map((one) => one.stop('SIGKILL')))
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

/** Where the PATH finds the tests' own Node. The executable brings its own, and finds none that works. */
function nodeFolder(folder: string): string {
  if (!cordonBinary) return dirname(process.execPath)
  const path = join(folder, 'no-node')
  mkdirSync(path)
  writeFileSync(join(path, 'node'), '#!/bin/sh\necho "node: not on this machine" >&2\nexit 127\n')
  chmodSync(join(path, 'node'), 0o755)
  // The Codex of npm is started by a script for Node; the program itself needs none.
  return [path, ...globSync(join(root, 'node_modules/@openai/codex-*/vendor/*/bin'))].join(delimiter)
}

/** A folder with the command `cordon` in it, for a PATH. */
export function commandFolder({ folder }: Desk): string {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const cordon = join(bin, 'cordon')
  if (cordonBinary) symlinkSync(cordonBinary, cordon)
  else {
    writeFileSync(cordon, `#!/bin/sh\nexec '${process.execPath}' '${cordonFile}' "$@"\n`)
    chmodSync(cordon, 0o755)
  }
  return bin
}

async function runToEnd(
  command: string,
  words: readonly string[],
  { input, env, cwd, timeoutMs = 30_000 }: RunOptions,
): Promise<Result> {
  const started = performance.now()
  const child = spawn(command, words, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text
  })
  child.stdin.on('error', () => {})
  child.stdin.end(input ?? '')
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  const [code] = (await once(child, 'close')) as [number | null]
  clearTimeout(timer)
  return { code: code ?? undefined, ...output, ms: Math.round(performance.now() - started) }
}

async function startCordon(words: readonly string[], { env, cwd }: RunOptions): Promise<RunningCordon> {
  const child = spawn(cordonProgram, [...cordonWords, ...words], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const port = await new Promise<number>((done, fail) => {
    const collect = (text: string) => {
      output += text
      const listening = /listening on 127\.0\.0\.1:(\d+)/.exec(output)
      if (listening) done(Number(listening[1]))
    }
    child.stdout.setEncoding('utf8').on('data', collect)
    child.stderr.setEncoding('utf8').on('data', collect)
    child.once('exit', (code) => fail(new Error(`cordon start ended with ${code}:\n${output}`)))
  })
  return {
    port,
    process: child,
    output: () => output,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill(signal)
      await once(child, 'exit')
    },
  }
}

/** Every file below a folder whose bytes hold the text, plain or in one of the forms that hide it from a plain search. */
export function filesHolding(folder: string, text: string): string[] {
  const needles = formsOf(text)
  return filesBelow(folder).filter((file) => {
    const bytes = readFileSync(file)
    return needles.some((needle) => bytes.includes(needle))
  })
}

/** A value as it stands, in Base64 (at each of its three offsets), in hex, URL-encoded and as JSON. */
export function formsOf(text: string): string[] {
  const base64 = ['', 'x', 'xx'].map((before) =>
    Buffer.from(before + text)
      .toString('base64')
      .slice(before.length === 0 ? 0 : 4, -4),
  )
  return [
    ...new Set([
      text,
      ...base64,
      Buffer.from(text).toString('hex'),
      encodeURIComponent(text),
      JSON.stringify(text).slice(1, -1),
    ]),
  ]
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

/** Writes a file of the project. */
export function put(desk: Desk, name: string, content: string): string {
  const path = join(desk.project, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  return path
}
