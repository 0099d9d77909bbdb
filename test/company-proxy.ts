/** A forward proxy as companies run them, for a cordon that stands behind it. */
import { once } from 'node:events'
import { request as ask, createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { createSecureContext, createServer as createTlsServer } from 'node:tls'
import { parseException } from '../src/policy/exception.ts'
import type { NextHop } from '../src/proxy/next-hop.ts'
import { Secret } from '../src/secrets/secret.ts'
import { hostOf, originCa, originCertificate } from './world.ts'

export interface CompanyProxy {
  hop: NextHop
  /** Authorities of CONNECT, in their order. */
  asked: string[]
  /** Request targets of what it was asked for in absolute-form. */
  forwarded: string[]
  fields: IncomingMessage['headers'][]
}

export interface CompanyOptions {
  /** Where the names that are asked for really are; a name that is not here is 502. */
  places?: Record<string, number>
  /** `user:password` that it wants. */
  wants?: string
  /** What cordon is told to send. */
  sends?: string
  /** Answers every CONNECT with this status. */
  status?: number
  tls?: boolean
  exceptions?: string[]
}

/** A forward proxy of another's, as companies run them: it resolves names by itself, and opens tunnels. */
export async function startCompanyProxy(
  t: TestContext,
  { places = {}, wants, sends = wants, status, tls = false, exceptions = [] }: CompanyOptions,
): Promise<CompanyProxy> {
  const asked: string[] = []
  const forwarded: string[] = []
  const fields: IncomingMessage['headers'][] = []
  const sockets = new Set<Socket>()
  const isAdmitted = ({ headers }: IncomingMessage) =>
    wants === undefined || headers['proxy-authorization'] === basic(wants)
  const server = createServer((request, response) => {
    forwarded.push(request.url ?? '')
    fields.push(request.headers)
    if (!isAdmitted(request))
      return void response.writeHead(407, { 'proxy-authenticate': 'Basic realm="company"' }).end()
    const url = new URL(request.url ?? '')
    const { 'proxy-authorization': _, ...rest } = request.headers
    const way = {
      host: '127.0.0.1',
      port: places[url.hostname],
      method: request.method,
      path: url.pathname + url.search,
    }
    const onward = ask({ ...way, headers: rest }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    request.pipe(onward.on('error', () => response.destroy()))
  }).on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const authority = request.url ?? ''
    asked.push(authority)
    fields.push(request.headers)
    socket.on('error', () => {})
    const refuse = (code: number, more = '') =>
      socket.end(`HTTP/1.1 ${code} No\r\n${more}Content-Length: 4\r\n\r\nsad!`)
    if (status !== undefined) return void refuse(status)
    if (!isAdmitted(request)) return void refuse(407, 'Proxy-Authenticate: Basic realm="company"\r\n')
    const port = places[authority.slice(0, authority.lastIndexOf(':'))]
    if (port === undefined) return void refuse(502)
    const origin = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => {
      socket.write('HTTP/1.1 200 Connection established\r\nVia: 1.1 company\r\n\r\n')
      origin.write(head)
      origin.pipe(socket).pipe(origin)
    })
    origin.on('error', () => socket.destroy())
    sockets.add(origin)
  })
  const listener = tls
    ? createTlsServer(originCertificate(['proxy.corp.test', '127.0.0.1']), (socket) =>
        server.emit('connection', socket),
      )
    : server
  listener.on('connection', (socket: Socket) => sockets.add(socket)).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    listener.close()
  })
  const { port } = listener.address() as AddressInfo
  return {
    asked,
    forwarded,
    fields,
    hop: {
      at: { host: hostOf('127.0.0.1'), port },
      secureContext: tls ? () => createSecureContext({ ca: originCa.pem }) : undefined,
      authorization: sends === undefined ? undefined : async () => new Secret(basic(sends)),
      denialHint: 'tell it who you are',
      setting: 'HTTPS_PROXY',
      exceptions: exceptions.flatMap((text) => parseException(text) ?? []),
    },
  }
}

export const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`
