/** The programs that people try HTTP/2 with, through a tunnel. */
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import {
  type Cordon,
  type Origin,
  proxyAuthorization,
  readHead,
  routeTo,
  startCordon,
  startOrigin,
  temporaryFolder,
} from '../world.ts'
import { startHttp2Origin } from './http2-world.ts'

const host = 'api.mailer.test'
const run = promisify(execFile)

/** Those that every machine of ours has are never left out where the tests decide. */
function unless(program: string): string | false {
  const isThere = spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0
  return process.env.CI || isThere ? false : `${program} is not installed`
}

async function openWorld(t: TestContext): Promise<{ origin: Origin; cordon: Cordon; caFile: string }> {
  const origin = await startOrigin(t, host, {
    answer: (request, response, content) => {
      if (request.method === 'POST') response.end(String(content.length))
      else response.writeHead(200, { 'content-type': 'text/plain' }).end('hello')
    },
  })
  // Forty connections at once take their time on a machine that is busy with other tests.
  const cordon = await startCordon(t, { routes: [routeTo(origin)], values: { connectTimeoutMs: 30_000 } })
  const caFile = join(temporaryFolder(t), 'ca.pem')
  writeFileSync(caFile, cordon.caPem)
  return { origin, cordon, caFile }
}

const proxyUrl = ({ audience, token, port }: Cordon) => `http://${audience}:${token}@127.0.0.1:${port}`

/** A port that leads through a tunnel of cordon's, for programs that know no proxy. */
async function openDoor(t: TestContext, cordon: Cordon): Promise<number> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    const tunnel = connect({ port: cordon.port, host: '127.0.0.1' })
    sockets.push(socket, tunnel)
    for (const one of [socket, tunnel]) one.on('error', () => one.destroy())
    tunnel.write(
      `CONNECT ${host}:443 HTTP/1.1\r\nHost: ${host}:443\r\nProxy-Authorization: ${proxyAuthorization(cordon)}\r\n\r\n`,
    )
    void readHead(tunnel).then(() => socket.pipe(tunnel).pipe(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

test('curl speaks the version it is told to, and has no need to be told', { skip: unless('curl') }, async (t) => {
  const { origin, cordon, caFile } = await openWorld(t)
  const curl = async (...words: string[]) => {
    const all = [
      '-sS',
      '--cacert',
      caFile,
      '--proxy',
      proxyUrl(cordon),
      '-w',
      ' %{http_version} %{http_code}',
      ...words,
    ]
    return (await run('curl', [...all, `https://${host}/`], { env: { PATH: process.env.PATH } })).stdout
  }
  const large = join(temporaryFolder(t), 'large')
  writeFileSync(large, Buffer.alloc(5_000_000))

  assert.equal(await curl(), 'hello 2 200')
  assert.equal(await curl('--http2'), 'hello 2 200')
  assert.equal(await curl('--http1.1'), 'hello 1.1 200')
  assert.equal(await curl('--no-alpn'), 'hello 1.1 200')
  assert.equal(await curl('-X', 'POST', '--data-binary', `@${large}`), '5000000 2 200')
  assert.equal(await curl('-H', 'Expect: 100-continue', '-T', large, '-X', 'POST'), '5000000 2 200')
  assert.ok(origin.requests.every(({ fields }) => fields['authorization'] === 'Bearer s3cret'))
})

test('nghttp finds no fault in the frames, and the trailers it sends arrive', { skip: unless('nghttp') }, async (t) => {
  let trailers = ''
  const origin = await startHttp2Origin(t, host, (stream) => {
    stream.on('trailers', (fields) => {
      trailers = String(fields['x-sum'])
    })
    stream.resume().on('end', () => {
      stream.respond({ ':status': 200 })
      stream.end('hello')
    })
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const port = await openDoor(t, cordon)
  const content = join(temporaryFolder(t), 'content')
  writeFileSync(content, 'content')

  const { stdout } = await run('nghttp', [
    ...['-v', '--no-verify-peer', '--data', content, '--trailer', 'x-sum: 12', '-H', 'te: trailers'],
    ...['-H', `:authority: ${host}`, `https://127.0.0.1:${port}/`],
  ])

  assert.match(stdout, /:status: 200/)
  assert.match(stdout, /SETTINGS_ENABLE_CONNECT_PROTOCOL\(0x08\):1/)
  assert.doesNotMatch(stdout, /recv RST_STREAM|recv GOAWAY/)
  assert.equal(trailers, '12')
})

test('h2load has every one of its requests answered', { skip: unless('h2load') }, async (t) => {
  const { origin, cordon } = await openWorld(t)
  const port = await openDoor(t, cordon)

  const { stdout } = await run('h2load', [
    ...['-n', '2000', '-c', '4', '-m', '10', `--connect-to=127.0.0.1:${port}`],
    `https://${host}/`,
  ])

  assert.match(stdout, /2000 succeeded, 0 failed, 0 errored, 0 timeout/)
  assert.equal(origin.requests.length, 2000)
})
