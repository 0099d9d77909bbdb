/** Who is measured: cordon, nginx as the floor where it is installed, and no proxy at all. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { createSecureContext, type SecureContext } from 'node:tls'
import { cordonFile, type Desk, put } from '../desk.ts'
import { originCa, originCertificate } from '../world.ts'
import { Connection, chatRequest, placeholder, type Reach, realSecret } from './client.ts'
import { cores } from './machine.ts'

export interface Peer {
  name: string
  /** False for a peer that takes no CONNECT: it has one host and no blind tunnel. */
  takesConnect: boolean
  start(): Promise<RunningPeer>
}

export interface RunningPeer {
  /** The root of its processes; none where nothing stands between. */
  pid: number | undefined
  reach: Reach
  /** From the start of its process to the end of the first verified request. */
  readyMs: number
  stop(): Promise<void>
}

/** What all peers stand before. */
export interface Stage {
  desk: Desk
  origin: { port: number; pid: number }
  isPinned: boolean
  /** The limit of open files of the proxies; the machine's own when not given. */
  openFiles?: number
}

export const apiHost = 'api.bench.test'
export const blindHost = 'blind.bench.test'
export const coldHost = (number: number) => `h${number}.cold.bench.test`

/** Starts the origin's process on the load's core. */
export async function startOrigin(desk: Desk): Promise<{ port: number; pid: number; process: ChildProcess }> {
  const { cert, key } = originCertificate([apiHost, blindHost, '*.cold.bench.test'])
  const paths = [put(desk, 'origin.pem', cert), put(desk, 'origin.key', key)]
  put(desk, 'origin-ca.pem', originCa.pem)
  const child = spawn(process.execPath, [join(import.meta.dirname, 'origin.ts'), ...paths], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
  return { port: Number(line), pid: child.pid ?? 0, process: child }
}

/** The origin itself: what a proxy adds is what lies above it. */
export function directPeer({ origin }: Stage): Peer {
  const reach: Reach = {
    port: origin.port,
    proxyAuthorization: undefined,
    trusted: trusting(originCa.pem),
    secret: realSecret,
  }
  return {
    name: 'direct',
    takesConnect: false,
    start: async () => ({ pid: undefined, reach, readyMs: 0, stop: async () => {} }),
  }
}

/** The built cordon, set up by its own commands: two routes to the origin, their credential in an age store. */
export async function cordonPeer(stage: Stage, name = 'cordon', file = cordonFile): Promise<Peer> {
  const { desk, origin } = stage
  const cordon = async (words: string[], input?: string) => {
    const result = await desk.run(process.execPath, [file, ...words], input === undefined ? {} : { input })
    if (result.code !== 0) throw new Error(`cordon ${words.join(' ')}: ${result.stderr}`)
    return result.stdout
  }
  if (!isSetUp.has(desk)) {
    isSetUp.add(desk)
    await cordon(['setup'])
    const shared = [
      '--auth-type',
      'header',
      '--header-name',
      'Authorization',
      '--scheme',
      'Bearer',
      '--source',
      'age',
      '--account',
      'bench',
      '--connect-to',
      `127.0.0.1:${origin.port}`,
    ]
    await cordon(['route', 'add', '--name', 'bench', '--host', apiHost, ...shared])
    await cordon(['route', 'add', '--name', 'cold', '--host', '*.cold.bench.test', ...shared])
    await cordon(['secret', 'set', 'bench'], realSecret)
    const toml = join(desk.project, 'cordon.toml')
    const more = '\n[tls]\ntrust = ["origin-ca.pem"]\n\n[network]\nallow = ["127.0.0.1"]\n'
    writeFileSync(toml, more, { flag: 'a' })
  }
  const variables = JSON.parse(await cordon(['env', '--json'])) as Record<string, string>
  const proxy = new URL(variables['HTTPS_PROXY'] ?? '')
  const credentials = Buffer.from(`${proxy.username}:${decodeURIComponent(proxy.password)}`).toString('base64')
  const bundle = variables['SSL_CERT_FILE'] ?? ''
  const reach: Reach = {
    port: Number(proxy.port),
    proxyAuthorization: `Basic ${credentials}`,
    trusted: trusting(readFileSync(bundle, 'utf8')),
    secret: placeholder,
  }
  return {
    name,
    takesConnect: true,
    start: () => launch(name, [process.execPath, file, 'start', '--log-level', 'info'], reach, stage),
  }
}

const isSetUp = new WeakSet<Desk>()

/** The floor: a reverse proxy does the same with the bytes and the cryptography. Undefined where it is not installed. */
export async function nginxPeer(stage: Stage): Promise<Peer | undefined> {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  const port = await freePort()
  const folder = join(stage.desk.folder, 'nginx')
  mkdirSync(folder)
  const { cert, key } = originCertificate([apiHost])
  writeFileSync(join(folder, 'leaf.pem'), cert)
  writeFileSync(join(folder, 'leaf.key'), key)
  writeFileSync(join(folder, 'nginx.conf'), nginxConf(folder, port, stage))
  const reach: Reach = { port, proxyAuthorization: undefined, trusted: trusting(originCa.pem), secret: placeholder }
  const command = ['nginx', '-e', join(folder, 'error.log'), '-c', join(folder, 'nginx.conf')]
  return { name: 'nginx', takesConnect: false, start: () => launch('nginx', command, reach, stage) }
}

/** One worker, connections kept on both sides, nothing buffered, the origin verified. */
function nginxConf(folder: string, port: number, { desk, origin }: Stage): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  )
  return `daemon off; worker_processes 1; worker_rlimit_nofile 16384; pid ${folder}/pid;
events { worker_connections 12000; }
http {
  access_log off; ${temporary.join(' ')}
  keepalive_timeout 1h; keepalive_requests 1000000000; client_max_body_size 0;
  ssl_certificate ${folder}/leaf.pem; ssl_certificate_key ${folder}/leaf.key; ssl_protocols TLSv1.2 TLSv1.3;
  upstream origin { server 127.0.0.1:${origin.port}; keepalive 256; keepalive_requests 1000000000; keepalive_timeout 1h; }
  server {
    listen 127.0.0.1:${port} ssl backlog=4096;
    location / {
      proxy_pass https://origin; proxy_http_version 1.1; proxy_read_timeout 1h;
      proxy_set_header Connection ""; proxy_set_header Host $http_host; proxy_set_header Authorization "Bearer ${realSecret}";
      proxy_buffering off; proxy_request_buffering off; proxy_buffer_size 64k; proxy_buffers 8 64k; proxy_busy_buffers_size 128k;
      proxy_ssl_server_name on; proxy_ssl_name ${apiHost}; proxy_ssl_verify on; proxy_ssl_trusted_certificate ${desk.project}/origin-ca.pem;
    }
  }
}
`
}

/** Starts a proxy on its core and waits until a verified request has passed. */
async function launch(name: string, command: string[], reach: Reach, stage: Stage): Promise<RunningPeer> {
  const { desk } = stage
  const log = openSync(join(desk.folder, `${name}.log`), 'a')
  const [program = '', ...words] = onItsCore(command, stage)
  const started = performance.now()
  const child = spawn(program, words, { cwd: desk.project, env: desk.env, stdio: ['ignore', log, log] })
  const end = started + 20_000
  while (!(await accepts(reach.port))) {
    if (child.exitCode !== null || performance.now() > end) throw new Error(`${name} did not start, see ${desk.folder}`)
  }
  const connection = await Connection.open(reach, { host: apiHost })
  await connection.exchange(chatRequest(apiHost, reach.secret))
  const readyMs = performance.now() - started
  connection.close()
  return {
    pid: child.pid,
    reach,
    readyMs,
    async stop() {
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), 5000)
      await gone
      clearTimeout(late)
    },
  }
}

function onItsCore(command: string[], { isPinned, openFiles }: Stage): string[] {
  const limited = openFiles === undefined ? command : ['sh', '-c', `ulimit -n ${openFiles}; exec "$0" "$@"`, ...command]
  return isPinned ? ['taskset', '-c', cores.proxy, ...limited] : limited
}

function accepts(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => {
      socket.destroy()
      done(true)
    })
    socket.once('error', () => setTimeout(done, 2, false))
  })
}

const trusting = (ca: string): SecureContext => createSecureContext({ ca })

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
