/** A desk whose cordon has routes to an API, a gRPC service and a git server, and a shell for clients that know nothing of it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { delimiter, join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { TestContext } from 'node:test'
import { WebSocketServer } from 'ws'
import { setKey } from '../../src/config/toml-text.ts'
import { commandFolder, type Desk, openDesk, put, type Result, type RunningCordon } from '../desk.ts'
import { type Http2Origin, startHttp2Origin } from '../proxy/http2-world.ts'
import { type Origin, originCa, startOrigin } from '../world.ts'

export const realKey = 'real-key-3b8e1f70c2a94d56'

export interface Bench {
  desk: Desk
  cordon: RunningCordon
  api: Origin
  git: Origin
  /**
   * Runs a script of `sh` that begins with `eval "$(cordon env)"`, and nothing of cordon's in its environment before. Where
   * that gives no proxy the script ends there: a client must not ask the network instead.
   */
  sh(script: string, env?: NodeJS.ProcessEnv): Promise<Result>
}

/** One cordon for all clients. */
export async function openBench(t: TestContext): Promise<Bench> {
  const desk = openDesk()
  t.after(() => desk.clear())
  const api = await startOrigin(t, 'api.vendor.test')
  echoWebSockets(api)
  const git = await startOrigin(t, 'git.vendor.test', { answer: gitBackend(join(desk.folder, 'repositories')) })
  const grpc = await startGrpcOrigin(t, api)
  const done = async (words: string[], input?: string) => {
    const result = await desk.cordon(words, input === undefined ? {} : { input })
    assert.equal(result.code, 0, result.stderr)
  }
  await done(['setup'])
  const file = join(desk.project, 'cordon.toml')
  const trust = put(desk, 'origin-ca.pem', originCa.pem)
  put(desk, 'cordon.toml', setKey(readFileSync(file, 'utf8'), ['tls', 'trust'], [trust]))
  const route = ['route', 'add', '--source', 'age', '--account', 'vendor']
  const bearer = ['--auth-type', 'header', '--header-name', 'Authorization', '--scheme', 'Bearer']
  await done([...route, '--host', api.host, '--connect-to', `127.0.0.1:${api.port}`, '--name', 'api', ...bearer])
  await done([...route, '--host', grpc.host, '--connect-to', `127.0.0.1:${grpc.port}`, '--name', 'grpc', ...bearer])
  const basic = ['--auth-type', 'basic', '--username', 'x-access-token']
  await done([...route, '--host', git.host, '--connect-to', `127.0.0.1:${git.port}`, '--name', 'git', ...basic])
  await done(['secret', 'set', 'api'], realKey)
  const cordon = await desk.start(['--log-level', 'debug'])
  const PATH = [commandFolder(desk), desk.env.PATH].join(delimiter)
  return {
    desk,
    cordon,
    api,
    git,
    sh: (script, env) =>
      desk.run('sh', ['-euc', `eval "$(cordon env)"\n: "$HTTPS_PROXY"\n${script}`], {
        env: { PATH, ...env },
        timeoutMs: 100_000,
      }),
  }
}

/** Knows no method (12, UNIMPLEMENTED), and records each request beside those of the API. */
function startGrpcOrigin(t: TestContext, { requests }: Origin): Promise<Http2Origin> {
  return startHttp2Origin(t, 'grpc.vendor.test', (stream, fields, rawFields) => {
    const { ':method': method = '', ':path': target = '', authorization = '' } = fields
    requests.push({ method, target, rawFields, fields: { authorization }, content: '' })
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12' }, { endStream: true })
  })
}

/** Every message comes back; the handshake is recorded as a request. */
function echoWebSockets({ server, requests }: Origin): void {
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { method = '', url: target = '', rawHeaders: rawFields, headers } = request
    requests.push({ method, target, rawFields, fields: { authorization: headers.authorization ?? '' }, content: '' })
    sockets.handleUpgrade(request, socket, head, (client) =>
      client.on('message', (data, isBinary) => client.send(data, { binary: isBinary })),
    )
  })
}

/** git's smart HTTP, as `git http-backend` (a CGI program, RFC 3875) speaks it; without a credential there is only 401. */
function gitBackend(root: string) {
  return (request: IncomingMessage, response: ServerResponse, content: string) => {
    if (request.headers.authorization === undefined)
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://git.vendor.test')
    const backend = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: pathname,
        QUERY_STRING: String(searchParams),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'],
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
        HTTP_GIT_PROTOCOL: request.headers['git-protocol'] as string | undefined,
      },
    })
    const chunks: Buffer[] = []
    backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    backend.stdin.end(content, 'latin1')
    backend.on('close', () => {
      const output = Buffer.concat(chunks)
      const end = output.indexOf('\r\n\r\n')
      const fields = output.toString('latin1', 0, end).split('\r\n')
      const status = Number(/^Status: (\d+)/m.exec(fields.join('\n'))?.[1] ?? 200)
      for (const field of fields.filter((one) => !one.startsWith('Status:')))
        response.appendHeader(field.slice(0, field.indexOf(':')), field.slice(field.indexOf(':') + 1).trim())
      response.writeHead(status).end(output.subarray(end + 4))
    })
  }
}
