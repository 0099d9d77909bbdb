/**
 * An origin that speaks as much of the APIs of the model vendors as an agent asks for one turn, whole or as SSE:
 *
 *     POST /v1/messages                                     Anthropic
 *     POST /v1beta/models/NAME:generateContent              Google, and :streamGenerateContent
 *     POST …/chat/completions                               OpenAI, and everybody who speaks alike
 *     GET /models                                           Copilot
 *
 * Whatever else is asked for is answered with an empty JSON object, and recorded too.
 */
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { text as textOf } from 'node:stream/consumers'

/** What the model says in every turn. */
export const answerOfModel = 'Hello from the origin.'

export interface AskedOfModel {
  host: string
  method: string
  path: string
  /** Lower-case names. */
  fields: Record<string, string>
  content: string
}

export interface ModelOrigin {
  port: number
  requests: AskedOfModel[]
  close(): Promise<void>
}

/** Starts the origin on a free port of loopback, with a certificate for the hosts it stands for. */
export async function startModelOrigin(certificate: { key: string; cert: string }): Promise<ModelOrigin> {
  const requests: AskedOfModel[] = []
  const sockets = new Set<Socket>()
  const server = createServer(certificate, (request, response) => {
    answer(request, response, requests).catch(() => response.destroy())
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).once('close', () => sockets.delete(socket))
  })
  server.on('secureConnection', (socket) => socket.on('error', () => {}))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, requests: AskedOfModel[]): Promise<void> {
  const content = await textOf(request)
  const path = request.url ?? ''
  const fields = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
  requests.push({ host: fields['host'] ?? '', method: request.method ?? '', path, fields, content })
  const [plain = ''] = path.split('?')
  const isStream = /"stream":\s*true/.test(content) || plain.endsWith(':streamGenerateContent')
  if (plain === '/models') {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data: [copilotModel] }))
    return
  }
  const turn = turnOf(plain)
  if (turn === undefined || request.method !== 'POST') {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    return
  }
  if (isStream) response.writeHead(200, { 'content-type': 'text/event-stream' }).end(turn.events)
  else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(turn.whole))
}

function turnOf(path: string): { whole: object; events: string } | undefined {
  if (path === '/v1/messages') return anthropicTurn()
  if (/^\/v1beta\/models\/[^/]+:(stream)?[gG]enerateContent$/.test(path)) return googleTurn()
  return path.endsWith('/chat/completions') ? openaiTurn() : undefined
}

const copilotModel = {
  id: 'claude-sonnet-4.6',
  name: 'Claude Sonnet 4.6',
  object: 'model',
  vendor: 'Anthropic',
  version: 'claude-sonnet-4.6',
  preview: false,
  model_picker_enabled: true,
  capabilities: {
    family: 'claude-sonnet-4.6',
    object: 'model_capabilities',
    type: 'chat',
    tokenizer: 'o200k_base',
    limits: { max_context_window_tokens: 128_000, max_output_tokens: 16_000, max_prompt_tokens: 128_000 },
    supports: { streaming: true, tool_calls: true, parallel_tool_calls: true },
  },
  policy: { state: 'enabled', terms: '' },
  supported_endpoints: ['/chat/completions'],
}

const eventOf = (data: object & { type?: string }) =>
  `${data.type === undefined ? '' : `event: ${data.type}\n`}data: ${JSON.stringify(data)}\n\n`

function anthropicTurn() {
  const usage = { input_tokens: 3, output_tokens: 5 }
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-test', stop_sequence: null }
  const text = { type: 'text', text: answerOfModel }
  const events = [
    { type: 'message_start', message: { ...message, content: [], stop_reason: null, usage } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: answerOfModel } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage },
    { type: 'message_stop' },
  ]
  return {
    whole: { ...message, content: [text], stop_reason: 'end_turn', usage },
    events: events.map(eventOf).join(''),
  }
}

function googleTurn() {
  const candidate = { content: { role: 'model', parts: [{ text: answerOfModel }] }, finishReason: 'STOP', index: 0 }
  const whole = {
    candidates: [candidate],
    usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 5, totalTokenCount: 8 },
    modelVersion: 'gemini-test',
  }
  return { whole, events: eventOf(whole) }
}

function openaiTurn() {
  const base = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'test' }
  const usage = { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 }
  const chunk = { ...base, object: 'chat.completion.chunk' }
  const message = { role: 'assistant', content: answerOfModel }
  const events = [
    { ...chunk, choices: [{ index: 0, delta: message, finish_reason: null }] },
    { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage },
  ]
  return {
    whole: { ...base, object: 'chat.completion', choices: [{ index: 0, message, finish_reason: 'stop' }], usage },
    events: `${events.map(eventOf).join('')}data: [DONE]\n\n`,
  }
}
