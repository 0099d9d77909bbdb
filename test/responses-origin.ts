/**
 * An origin that speaks as much of OpenAI's Responses API as the real Codex asks for, over SSE and over WebSocket:
 *
 *     GET  /v1/responses  Upgrade: websocket     one socket, many turns, the events as text frames
 *     POST /v1/responses                         one turn, the events as SSE
 *     GET  /backend-api/codex/models, /v1/models
 */
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { zstdDecompressSync } from 'node:zlib'
import { type WebSocket, WebSocketServer } from 'ws'
import { type Script, turn } from './responses-turn.ts'

export interface ResponsesOriginOptions extends Script {
  /** PEM of the private key and of the certificate (chain) that clients of this origin trust. */
  key: string
  cert: string
  /** What becomes of the WebSocket upgrade; 'accept' unless given. */
  websocket?: 'accept' | { refuse: number }
  /** Status of every POST instead of a turn, for origins in trouble. */
  refusePost?: number
}

/** One request as it arrived. The fields are as they were written, in order. */
export interface SeenRequest {
  method: string
  url: string
  fields: [name: string, value: string][]
  websocket: boolean
  /** The content of a POST, or the text frames of a WebSocket, as they came in. */
  messages: string[]
  /** Milliseconds since the epoch. */
  at: number
}

export interface ResponsesOrigin {
  port: number
  requests: SeenRequest[]
  close(): Promise<void>
}

/** Starts the origin on a free port of loopback; `t` closes it after the test, a caller without one closes it himself. */
export async function startResponsesOrigin(
  t: { after(run: () => Promise<void>): void } | undefined,
  options: ResponsesOriginOptions,
): Promise<ResponsesOrigin> {
  const requests: SeenRequest[] = []
  const server = createServer({ key: options.key, cert: options.cert }, (request, response) => {
    answer(request, response, record(request, requests), options).catch(() => response.destroy())
  })
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('secureConnection', (socket) => socket.on('error', () => {}))
  const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: true })
  server.on('upgrade', (request, socket, head) => {
    const seen = record(request, requests)
    const { websocket = 'accept' } = options
    if (websocket !== 'accept') return refuseUpgrade(socket, websocket.refuse)
    webSockets.handleUpgrade(request, socket, head, (client) => converse(client, seen, options))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  t?.after(close)
  return { port: (server.address() as AddressInfo).port, requests, close }
}

function record(request: IncomingMessage, requests: SeenRequest[]): SeenRequest {
  const raw = request.rawHeaders
  const fields = raw.flatMap((name, i): [string, string][] => (i % 2 === 0 ? [[name, raw[i + 1] ?? '']] : []))
  const websocket = request.headers.upgrade?.toLowerCase() === 'websocket'
  const seen = { method: request.method ?? '', url: request.url ?? '', fields, websocket, messages: [], at: Date.now() }
  requests.push(seen)
  return seen
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  seen: SeenRequest,
  options: ResponsesOriginOptions,
) {
  const content = await contentOf(request)
  seen.messages.push(content)
  const path = seen.url.replace(/\?.*/, '')
  if (seen.method === 'POST' && path === '/v1/responses') {
    if (options.refusePost !== undefined) return json(response, options.refusePost, refusal)
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
    for await (const event of turn(content, options))
      response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    return response.end()
  }
  const isModels = path === '/v1/models' || path === '/backend-api/codex/models'
  if (seen.method === 'GET' && isModels) return json(response, 200, { models: [], object: 'list', data: [] })
  json(response, 404, {
    error: { message: `There is no ${seen.method} ${path} here.`, type: 'invalid_request_error', code: 'not_found' },
  })
}

async function contentOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const content = Buffer.concat(chunks)
  return (request.headers['content-encoding'] === 'zstd' ? zstdDecompressSync(content) : content).toString()
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

const refusal = { error: { message: 'The origin refuses, as the test asked.', type: 'server_error', code: 'refused' } }

function refuseUpgrade(socket: Duplex, status: number): void {
  const content = JSON.stringify(refusal)
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nContent-Type: application/json\r\nContent-Length: ${content.length}\r\nConnection: close\r\n\r\n${content}`,
  )
}

/** Turns follow one another on the socket; Codex sends the first with `generate: false` to warm the origin up. */
function converse(client: WebSocket, seen: SeenRequest, options: ResponsesOriginOptions): void {
  client.on('error', () => {})
  client.on('message', async (data) => {
    const message = data.toString()
    seen.messages.push(message)
    for await (const event of turn(message, options)) client.send(JSON.stringify(event))
  })
}
