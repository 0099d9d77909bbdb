/**
 * The world of a test: origins, a cordon in this process, and clients, all real and on loopback. Whatever is started here
 * ends with its test.
 */
import assert from 'node:assert/strict'
import { lookup } from 'node:dns'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import {
  type AddressInfo,
  connect,
  createServer as createNetServer,
  type Server as NetServer,
  type Socket,
} from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import {
  connect as connectTls,
  createSecureContext,
  createServer as createTlsServer,
  type TLSSocket,
  type TlsOptions,
} from 'node:tls'
import { dayMs } from '../src/base/clock.ts'
import { CordonError } from '../src/base/error.ts'
import type { Facts, Log } from '../src/base/log.ts'
import { type Host, parseHost, parseHostPort, type RouteName } from '../src/base/names.ts'
import { guardOf } from '../src/policy/address.ts'
import type { RunningProxy } from '../src/proxy/accept.ts'
import { startProxy } from '../src/proxy/accept.ts'
import type { CredentialRoute, Policy, ProxyValues } from '../src/proxy/proxy.ts'
import { Secret } from '../src/secrets/secret.ts'
import { createCa } from '../src/tls/ca.ts'
import { type Issuer, issueRoot, issuerOf, newKey } from '../src/tls/certificate.ts'
import { mintLeaf, openLeaves } from '../src/tls/leaf.ts'

/** An empty folder of the test's own. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The CA that signs the origins of this test process; a cordon under test trusts it and nothing else. */
export const originCa = makeOriginCa('origins of the tests')

function makeOriginCa(commonName: string): { pem: string; issuer: Issuer } {
  const key = newKey()
  const pem = issueRoot(
    {
      commonName,
      notBefore: new Date(Date.now() - dayMs),
      notAfter: new Date(Date.now() + dayMs),
      use: { kind: 'ca' },
    },
    key,
  )
  return { pem, issuer: issuerOf(pemToDer(pem), key) }
}

function pemToDer(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')
}

/** How an origin proves its name; all but `trusted` must keep every request away from it. */
export type Proof = 'trusted' | 'wrong-name' | 'expired' | 'unknown-issuer'

/** A certificate and key for origins of these names. */
export function originCertificate(
  names: readonly [string, ...string[]],
  proof: Proof = 'trusted',
): { cert: string; key: string } {
  const key = newKey()
  const { issuer } = proof === 'unknown-issuer' ? makeOriginCa('nobody knows this CA') : originCa
  const notAfter = new Date(Date.now() + (proof === 'expired' ? -60_000 : dayMs))
  const cert = mintLeaf(issuer, {
    names: proof === 'wrong-name' ? ['elsewhere.test'] : names,
    key,
    notBefore: new Date(Date.now() - dayMs / 2),
    notAfter,
  })
  return { cert, key: String(key.export({ type: 'pkcs8', format: 'pem' })) }
}

export interface SeenRequest {
  method: string
  target: string
  /** In the order and the letters they arrived in. */
  rawFields: string[]
  /** Lower-case names; several fields of one name are joined with `, `. */
  fields: Record<string, string>
  content: string
}

export interface Origin {
  host: string
  port: number
  authority: string
  requests: SeenRequest[]
  /** Bytes of application data that arrived, whether they were a request or not. */
  received(): number
  server: Server
}

export interface OriginOptions {
  proof?: Proof
  cleartext?: boolean
  /** Answers a request after it was recorded; the default answers 200 with a small JSON content. */
  answer?: (request: IncomingMessage, response: ServerResponse, content: string) => void
}

/** An origin on loopback that records whatever reaches it. */
export async function startOrigin(
  t: TestContext,
  host: string,
  { proof = 'trusted', cleartext = false, answer = answerOk }: OriginOptions = {},
): Promise<Origin> {
  const requests: SeenRequest[] = []
  const server = createHttpServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => {})
    request.on('end', () => {
      const content = Buffer.concat(chunks).toString('latin1')
      requests.push(seen(request, content))
      answer(request, response, content)
    })
  })
  const listener: NetServer = cleartext
    ? server
    : createTlsServer({ ...originCertificate([host], proof), ALPNProtocols: ['http/1.1'] })
  const sockets = new Set<Socket>()
  // The HTTP parser reads below the stream, so `data` events would miss what never became a request.
  const carriers: Socket[] = []
  listener.on('connection', (socket: Socket) => sockets.add(socket))
  listener.on(cleartext ? 'connection' : 'secureConnection', (socket: Socket) => {
    sockets.add(socket)
    carriers.push(socket)
    socket.on('error', () => {})
    if (!cleartext) server.emit('connection', socket)
  })
  listener.on('tlsClientError', () => {})
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  t.after(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((done) => listener.close(done))
  })
  return { host, port, authority: `${host}:443`, requests, received: () => bytesOf(carriers), server }
}

const bytesOf = (sockets: readonly Socket[]) => sockets.reduce((sum, { bytesRead }) => sum + bytesRead, 0)

/** An origin that is no HTTP server: a test says byte by byte what it does. */
export interface RawOrigin {
  host: string
  port: number
  authority: string
  /** TCP connections so far, whether their handshake came to an end or not. */
  dialled(): number
  /** Bytes of application data that arrived. */
  received(): number
  /** The TCP connections, below any TLS. */
  connections: readonly Socket[]
}

/** An origin that proves its name and then hands each connection to `serve`; without TLS where `cleartext` says so. */
export async function startRawOrigin(
  t: TestContext,
  host: string,
  serve: (socket: Socket) => void,
  { proof = 'trusted', cleartext = false, tls = {} }: { proof?: Proof; cleartext?: boolean; tls?: TlsOptions } = {},
): Promise<RawOrigin> {
  const listener: NetServer = cleartext
    ? createNetServer()
    : createTlsServer({ ...originCertificate([host], proof), ...tls })
  const sockets: Socket[] = []
  const carriers: Socket[] = []
  listener.on('connection', (socket: Socket) => sockets.push(socket))
  listener.on(cleartext ? 'connection' : 'secureConnection', (socket: Socket) => {
    carriers.push(socket)
    socket.on('error', () => {})
    serve(socket)
  })
  listener.on('tlsClientError', () => {})
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  t.after(async () => {
    for (const socket of [...sockets, ...carriers]) socket.destroy()
    await new Promise((done) => listener.close(done))
  })
  const { port } = listener.address() as AddressInfo
  const received = () => bytesOf(carriers)
  return { host, port, authority: `${host}:443`, dialled: () => sockets.length, received, connections: sockets }
}

function seen(request: IncomingMessage, content: string): SeenRequest {
  const fields: Record<string, string> = {}
  for (const [name, values] of Object.entries(request.headersDistinct)) fields[name] = (values ?? []).join(', ')
  return { method: request.method ?? '', target: request.url ?? '', rawFields: request.rawHeaders, fields, content }
}

function answerOk(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}')
}

export interface RouteShape extends Partial<Omit<CredentialRoute, 'name' | 'match' | 'connectTo'>> {
  name?: string
  host: string
  ports?: number[]
  paths?: string[]
  methods?: string[]
  connectTo?: string
  /** The value the route's secret has; without one the store has none. */
  value?: string
}

/** A route to an origin of the test, wherever it listens. */
export function routeTo({ host, port }: Pick<Origin, 'host' | 'port'>, shape: Partial<RouteShape> = {}): RouteShape {
  return { host, connectTo: `127.0.0.1:${port}`, value: 's3cret', ...shape }
}

/** A route as `cordon.toml` would give it: a Bearer credential, unless `shape` says otherwise. */
export function routeOf({
  name,
  host,
  ports,
  paths,
  methods,
  connectTo,
  value: _value,
  ...rest
}: RouteShape): CredentialRoute {
  const below = host.startsWith('*.')
  const parsed = hostOf(below ? host.slice(2) : host)
  const routeName = name ?? host.replace('*.', '')
  return {
    name: routeName as RouteName,
    match: {
      host: below ? { kind: 'below', parent: parsed } : { kind: 'exact', host: parsed },
      ports: ports ?? [443],
      paths,
      methods,
    },
    auth: { type: 'header', headerName: 'Authorization', scheme: 'Bearer' },
    secret: { source: 'age', account: routeName },
    connectTo: connectTo === undefined ? undefined : parseHostPort(connectTo),
    allowCleartext: false,
    ...rest,
  }
}

export function hostOf(text: string): Host {
  const host = parseHost(text)
  if (host === undefined) throw new TypeError(`${text} is no host`)
  return host
}

export interface LogLine extends Facts {
  level: string
  event: string
}

export interface Cordon {
  port: number
  audience: string
  token: string
  /** The CA that its leaves are signed by. */
  caPem: string
  log: LogLine[]
  proxy: RunningProxy
  /** What it began with, and may go on with but for what a test changes. */
  policy: Policy
  /** How often each account was read. */
  reads: Map<string, number>
  /** The value of an account; undefined removes it, an error is what the store says. */
  setSecret(account: string, value: string | Error | undefined): void
  revoke(): void
}

export interface CordonOptions {
  routes: RouteShape[]
  allow?: string[]
  values?: Partial<ProxyValues>
}

export const audience = 'test-0a1b2c3d'

/** A cordon in this process, with the given routes; its one client token is `token`. */
export async function startCordon(t: TestContext, { routes, allow = [], values = {} }: CordonOptions): Promise<Cordon> {
  const folder = temporaryFolder(t)
  const ca = createCa(
    { caCert: join(folder, 'certs', 'ca-cert.pem'), caKey: join(folder, 'certs', 'ca-key.pem') },
    { name: audience },
  )
  const log: LogLine[] = []
  const token = 'token-of-the-test-0123456789abcdefghijklmnop'
  let isRevoked = false
  const stored = new Map<string, string | Error>()
  const reads = new Map<string, number>()
  // Every value the store ever had: none of them may be in the log when the test is over.
  const told = new Set<string>()
  const store = (account: string, value: string | Error) => {
    if (typeof value === 'string') told.add(value)
    stored.set(account, value)
  }
  for (const route of routes) if (route.value !== undefined) store(routeOf(route).secret.account, route.value)
  const context = createSecureContext({ ca: originCa.pem, minVersion: 'TLSv1.2' })

  const own: ProxyValues = {
    port: 0,
    audience,
    routes: routes.map(routeOf),
    secrets: {
      held: () => undefined,
      async fetch({ account }) {
        reads.set(account, (reads.get(account) ?? 0) + 1)
        const value = stored.get(account)
        if (value instanceof Error) throw value
        if (value === undefined)
          throw new CordonError('secret_missing', `no secret "${account}" in the store of the test.`)
        return new Secret(value)
      },
    },
    leaves: openLeaves(ca),
    tokens: {
      check: (name, value) =>
        !isRevoked && name === audience && value === token ? { known: true, name: 'default' } : { known: false },
      revision: () => (isRevoked ? 1 : 0),
    },
    guard: guardOf(allow),
    originContext: () => context,
    log: recorderOf(log),
    commandSuffix: '',
    version: '0.0.0-test',
    connectTimeoutMs: 10_000,
    resolve: (hostname, options, callback) => lookup(hostname, { ...options, all: true }, callback),
    ...values,
  }
  const proxy = await startProxy(own)
  t.after(async () => {
    await proxy.close()
    assertLogIsClean(log, [token, `${audience}:${token}`, ...told])
  })
  return {
    port: proxy.port,
    audience,
    token,
    caPem: ca.certPem,
    log,
    proxy,
    policy: own,
    reads,
    setSecret: (account, value) => void (value === undefined ? stored.delete(account) : store(account, value)),
    revoke: () => {
      isRevoked = true
    },
  }
}

/** Throws when a line holds one of the secrets, plain or encoded, or the query of a request target. */
export function assertLogIsClean(lines: readonly LogLine[], secrets: Iterable<string>): void {
  const text = JSON.stringify(lines)
  for (const secret of secrets) {
    const bytes = Buffer.from(secret, 'utf8')
    const quoted = JSON.stringify(secret).slice(1, -1)
    for (const form of [quoted, encodeURIComponent(secret), bytes.toString('base64'), bytes.toString('hex')])
      assert.ok(!text.includes(form), `the log holds a secret: ${text}`)
  }
  assert.doesNotMatch(text, /\?[\w%-]+=/, 'the log holds a query')
}

function recorderOf(lines: LogLine[]): Log {
  const at = (level: string) => (facts: Facts, event: string) => void lines.push({ level, event, ...facts })
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** `Proxy-Authorization` of the test's client, or of one with another token. */
export function proxyAuthorization({ audience: name, token }: Pick<Cordon, 'audience' | 'token'>): string {
  return `Basic ${Buffer.from(`${name}:${token}`).toString('base64')}`
}

/** A TCP connection to the proxy. */
export async function openSocket(t: TestContext, port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => {})
  t.after(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}

export interface TunnelOptions {
  /** Proxy-Authorization, the test's own token unless said otherwise; undefined sends none. */
  authorization?: string | undefined
  serverName?: string
}

/** The status and the socket of a CONNECT, before any TLS. */
export async function openTunnel(
  t: TestContext,
  cordon: Cordon,
  authority: string,
  options: TunnelOptions = {},
): Promise<{ status: number; head: string; socket: Socket }> {
  const socket = await openSocket(t, cordon.port)
  const authorization = 'authorization' in options ? options.authorization : proxyAuthorization(cordon)
  socket.write(
    `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${authorization === undefined ? '' : `Proxy-Authorization: ${authorization}\r\n`}\r\n`,
  )
  const head = await readHead(socket)
  return { status: Number(head.slice(9, 12)), head, socket }
}

/** A TLS connection inside a tunnel, its leaf verified against cordon's CA for the server name. */
export async function openIntercepted(
  t: TestContext,
  cordon: Cordon,
  authority: string,
  options: TunnelOptions = {},
): Promise<TLSSocket> {
  const { status, socket } = await openTunnel(t, cordon, authority, options)
  if (status !== 200) throw new Error(`CONNECT ${authority} was answered with ${status}`)
  const host = authority.slice(0, authority.lastIndexOf(':'))
  const isOwnName = options.serverName === undefined
  const secure = connectTls({
    socket,
    ca: cordon.caPem,
    servername: options.serverName ?? host,
    rejectUnauthorized: isOwnName,
    ALPNProtocols: ['http/1.1'],
  })
  secure.on('error', () => {})
  t.after(() => secure.destroy())
  await once(secure, 'secureConnect')
  return secure
}

export interface Answer {
  status: number
  fields: Record<string, string>
  content: string
}

/** Sends a request as it is written and reads one answer; `connection: close` in it makes the content end with the socket. */
export async function exchangeRaw(socket: Socket, bytes: string): Promise<Answer> {
  const ended = readAll(socket)
  socket.write(bytes, 'latin1')
  return parseAnswer(await ended)
}

/** A request through a tunnel of its own. */
export async function send(
  t: TestContext,
  cordon: Cordon,
  authority: string,
  head: string,
  content = '',
): Promise<Answer> {
  const socket = await openIntercepted(t, cordon, authority)
  const host = authority.replace(/:443$/, '')
  const [line = '', ...fields] = head.split('\n')
  const length = content === '' ? [] : [`Content-Length: ${Buffer.byteLength(content)}`]
  return exchangeRaw(
    socket,
    [`${line} HTTP/1.1`, `Host: ${host}`, ...fields, ...length, 'Connection: close', '', content].join('\r\n'),
  )
}

/** What the socket says until it has said `text`; what it said before may be handed in. */
export async function heard(socket: Socket, text: string, before = ''): Promise<string> {
  let all = before
  while (!all.includes(text)) {
    const [chunk] = await once(socket, 'data')
    all += chunk
  }
  return all
}

/** Everything a socket sends until it ends. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  await new Promise((done) => socket.once('close', done).once('end', done))
  return Buffer.concat(chunks)
}

/** The head of one answer, its last byte the end of the empty line; what follows stays in the socket. */
export async function readHead(socket: Socket): Promise<string> {
  let bytes = Buffer.alloc(0)
  for (;;) {
    const chunk: Buffer | null = socket.read()
    if (chunk) {
      bytes = Buffer.concat([bytes, chunk])
      const end = bytes.indexOf('\r\n\r\n')
      if (end >= 0) {
        if (bytes.length > end + 4) socket.unshift(bytes.subarray(end + 4))
        return bytes.toString('latin1', 0, end + 4)
      }
    } else if (socket.readableEnded || socket.destroyed) {
      return bytes.toString('latin1')
    } else {
      const heard = new AbortController()
      const { signal } = heard
      const events = ['readable', 'end', 'close'].map((event) => once(socket, event, { signal }).catch(() => {}))
      await Promise.race(events)
      heard.abort()
    }
  }
}

export function parseAnswer(bytes: Buffer): Answer {
  const text = bytes.toString('latin1')
  const end = text.indexOf('\r\n\r\n')
  const [line = '', ...lines] = text.slice(0, end < 0 ? undefined : end).split('\r\n')
  const fields: Record<string, string> = {}
  for (const field of lines) {
    const colon = field.indexOf(':')
    const name = field.slice(0, colon).toLowerCase()
    const value = field.slice(colon + 1).trim()
    fields[name] = fields[name] === undefined ? value : `${fields[name]}, ${value}`
  }
  const rest = end < 0 ? '' : text.slice(end + 4)
  return {
    status: Number(line.slice(9, 12)),
    fields,
    content: fields['transfer-encoding'] === 'chunked' ? dechunk(rest) : rest,
  }
}

function dechunk(text: string): string {
  const size = Number.parseInt(text, 16)
  if (!size) return ''
  const start = text.indexOf('\r\n') + 2
  return text.slice(start, start + size) + dechunk(text.slice(start + size + 2))
}
