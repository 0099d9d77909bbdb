/**
 * Runs the real Codex in a home of the test's own. It never reaches an address that is not on loopback: without a proxy
 * in `env` every request goes to a port where nobody listens.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface CodexRun {
  /** `$CODEX_HOME`; it must exist. */
  home: string
  env: Readonly<Record<string, string>>
  args: readonly string[]
  cwd: string
  /** Ends the process by SIGKILL, for runs that reconnect for ever; 20 s unless given. */
  timeoutMs?: number
}

export interface CodexResult {
  /** Undefined when the run was ended by a signal. */
  code: number | undefined
  stdout: string
  stderr: string
  ms: number
}

/** Runs `codex <args>` to its end. Only `PATH` and the given variables reach it. */
export async function runCodex({ home, env, args, cwd, timeoutMs = 20_000 }: CodexRun): Promise<CodexResult> {
  const started = performance.now()
  // Its own process group, because the npm package starts the real binary as a child that a SIGKILL would leave behind.
  const child = spawn(join(binaries, 'codex'), args, {
    cwd,
    env: { ...aloneWith(home), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const timer = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), timeoutMs)
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  const [code] = (await once(child, 'close')) as [number | null]
  clearTimeout(timer)
  return { code: code ?? undefined, ...output, ms: Math.round(performance.now() - started) }
}

const binaries = join(dirname(dirname(fileURLToPath(import.meta.url))), 'node_modules', '.bin')

// Port 9 (discard) of loopback: a proxy that is not there keeps every request at home.
const aloneWith = (home: string) => ({
  PATH: [binaries, process.env.PATH].join(delimiter),
  HOME: home,
  CODEX_HOME: home,
  HTTPS_PROXY: 'http://127.0.0.1:9',
  HTTP_PROXY: 'http://127.0.0.1:9',
  ALL_PROXY: 'http://127.0.0.1:9',
})

/** A CONNECT proxy that reads nothing: it takes the model hosts to `originPort`, and refuses every other authority. */
export async function startForwarder(
  t: { after(run: () => Promise<void>): void },
  originPort: number,
): Promise<Forwarder> {
  const asked: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    sockets.add(client)
    client.on('error', () => {}).once('close', () => sockets.delete(client))
    client.once('data', (head) => {
      const authority = /^CONNECT (\S+) /.exec(head.toString('latin1'))?.[1] ?? ''
      asked.push(authority)
      if (!modelAuthorities.has(authority)) {
        client.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n')
        return
      }
      const origin = connect(originPort, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
        client.pipe(origin).pipe(client)
      })
      origin.on('error', () => client.destroy()).once('close', () => client.destroy())
      client.once('close', () => origin.destroy())
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => closeAll(server, sockets))
  const address = server.address()
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : undefined}`, asked }
}

export interface Forwarder {
  /** The value for `HTTPS_PROXY`. */
  url: string
  /** Every authority that was asked for, in order. */
  asked: string[]
}

const modelAuthorities = new Set(['api.openai.com:443', 'chatgpt.com:443'])

async function closeAll(server: Server, sockets: Set<Socket>): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  for (const socket of sockets) socket.destroy()
  await closed
}
