/** Clients and origins of HTTP/2, real and on loopback, through a tunnel of cordon's. */
import { once } from 'node:events'
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type ServerOptions,
} from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { type Cordon, openTunnel, originCertificate, type Proof } from '../world.ts'

export interface Http2Origin {
  host: string
  port: number
  authority: string
  server: Http2SecureServer
  sessions: ServerHttp2Session[]
}

/** An origin that speaks HTTP/2 alone, or HTTP/1.1 too where `allowHTTP1` says so. */
export async function startHttp2Origin(
  t: TestContext,
  host: string,
  answer: (stream: ServerHttp2Stream, fields: IncomingHttpHeaders, raw: string[]) => void,
  options: Pick<ServerOptions, 'settings'> & { allowHTTP1?: boolean; proof?: Proof } = {},
): Promise<Http2Origin> {
  const { proof = 'trusted', ...rest } = options
  const server = createSecureServer({ ...originCertificate([host], proof), ...rest })
  const sockets = new Set<Socket>()
  const sessions: ServerHttp2Session[] = []
  server.on('connection', (socket: Socket) => sockets.add(socket))
  server.on('session', (session) => {
    sessions.push(session)
    session.on('error', () => {})
  })
  server.on('sessionError', () => {})
  server.on('tlsClientError', () => {})
  server.on('stream', (stream: ServerHttp2Stream, fields: IncomingHttpHeaders, _flags: number, raw: string[]) => {
    stream.on('error', () => {})
    answer(stream, fields, raw)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  t.after(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((done) => server.close(done))
  })
  return { host, port, authority: `${host}:443`, server, sessions }
}

/** A TLS connection through a tunnel on which ALPN settled on h2. */
export async function openHttp2Socket(
  t: TestContext,
  cordon: Cordon,
  authority: string,
  serverName?: string,
): Promise<TLSSocket> {
  const { status, socket } = await openTunnel(t, cordon, authority)
  if (status !== 200) throw new Error(`CONNECT ${authority} was answered with ${status}`)
  const host = authority.slice(0, authority.lastIndexOf(':'))
  const secure = connectTls({
    socket,
    ca: cordon.caPem,
    servername: serverName ?? host,
    rejectUnauthorized: serverName === undefined,
    ALPNProtocols: ['h2', 'http/1.1'],
  })
  secure.on('error', () => {})
  t.after(() => secure.destroy())
  await once(secure, 'secureConnect')
  if (secure.alpnProtocol !== 'h2') throw new Error(`ALPN settled on ${secure.alpnProtocol}`)
  return secure
}

/** A session through a tunnel of its own. */
export async function openHttp2(
  t: TestContext,
  cordon: Cordon,
  authority: string,
  { serverName, settings }: { serverName?: string; settings?: ServerOptions['settings'] } = {},
): Promise<ClientHttp2Session> {
  const socket = await openHttp2Socket(t, cordon, authority, serverName)
  const session = connect(`https://${authority.replace(/:443$/, '')}`, {
    createConnection: () => socket,
    ...(settings && { settings }),
  })
  session.on('error', () => {})
  t.after(() => session.destroy())
  await once(session, 'remoteSettings')
  return session
}

export interface StreamedAnswer {
  status: number
  fields: IncomingHttpHeaders
  raw: string[]
  content: string
  trailers: IncomingHttpHeaders
  /** The HEADERS frame was the last one. */
  isHeadOnly: boolean
}

/** The whole answer on a stream; rejects where the stream is reset before it is whole. */
export async function answerOn(stream: ClientHttp2Stream): Promise<StreamedAnswer> {
  let content = ''
  let trailers: IncomingHttpHeaders = {}
  let head: { fields: IncomingHttpHeaders; flags: number; raw: string[] } | undefined
  stream.setEncoding('latin1')
  stream.on('response', (fields: IncomingHttpHeaders, flags: number, raw: string[] = []) => {
    head = { fields, flags, raw }
  })
  stream.on('trailers', (fields: IncomingHttpHeaders) => {
    trailers = fields
  })
  stream.on('data', (chunk: string) => {
    content += chunk
  })
  await new Promise<void>((done, fail) => {
    stream.once('error', fail)
    stream.once('close', () => (stream.rstCode === 0 ? done() : fail(new Error(`reset with ${stream.rstCode}`))))
  })
  if (!head) throw new Error('the stream was closed without an answer')
  const { fields, flags, raw } = head
  return { status: Number(fields[':status']), fields, raw, content, trailers, isHeadOnly: (flags & 1) === 1 }
}

/** One request without content, and its answer. */
export async function ask(session: ClientHttp2Session, fields: Record<string, string>): Promise<StreamedAnswer> {
  return answerOn(session.request(fields, { endStream: true }))
}

/** The pseudo-fields of a request that nothing is wrong with. */
export const goodHead = (host: string): [string, string][] => [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':authority', host],
  [':path', '/'],
]

/** HEADERS of HTTP/2 in literals without indexing (RFC 7541 §6.2.2), so that a test may write what no library would. */
export function headersFrame(streamId: number, fields: readonly (readonly [string, string])[]): Buffer {
  const block = Buffer.concat(
    fields.flatMap(([name, value]) => [
      Buffer.from([0, name.length]),
      Buffer.from(name, 'latin1'),
      Buffer.from([value.length]),
      Buffer.from(value, 'latin1'),
    ]),
  )
  return frame(1, 0x5, streamId, block)
}

/** RFC 9113 §4.1. */
export function frame(type: number, flags: number, streamId: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(streamId, 5)
  return Buffer.concat([head, payload])
}

/** What a client begins a connection with (RFC 9113 §3.4). */
export const preface = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4, 0, 0, Buffer.alloc(0))])
