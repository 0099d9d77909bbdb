/** gRPC as grpc-js speaks it, client and server, through a tunnel of cordon's. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import {
  Client,
  credentials,
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import { CordonError } from '../../src/base/error.ts'
import { type Cordon, originCertificate, proxyAuthorization, routeTo, startCordon } from '../world.ts'
import { ask, openHttp2 } from './http2-world.ts'

const host = 'grpc.mailer.test'
const asText = (value: string) => Buffer.from(value)
const fromText = (bytes: Buffer) => bytes.toString()
const method = (name: string, requestStream: boolean, responseStream: boolean) => ({
  path: `/mail.Mail/${name}`,
  requestStream,
  responseStream,
  requestSerialize: asText,
  requestDeserialize: fromText,
  responseSerialize: asText,
  responseDeserialize: fromText,
})
const service = {
  unary: method('Unary', false, false),
  fails: method('Fails', false, false),
  many: method('Many', false, true),
  gather: method('Gather', true, false),
  chat: method('Chat', true, true),
}

/** What a call of the service carried as its credential. */
const keyOf = (metadata: Metadata) => String(metadata.get('authorization')[0])

const unary: handleUnaryCall<string, string> = (call, done) => {
  const trailers = new Metadata()
  trailers.set('x-trailer', 'end')
  const first = new Metadata()
  first.set('x-first', 'begin')
  call.sendMetadata(first)
  done(null, `${call.request} ${keyOf(call.metadata)}`, trailers)
}
const fails: handleUnaryCall<string, string> = (_call, done) =>
  done({ code: status.NOT_FOUND, details: 'no such mail: café' })
const many: handleServerStreamingCall<string, string> = (call) => {
  for (let i = 0; i < 100; i++) call.write(`${call.request} ${i}`)
  call.end()
}
const gather: handleClientStreamingCall<string, string> = (call, done) => {
  const heard: string[] = []
  call.on('data', (word: string) => heard.push(word))
  call.on('end', () => done(null, heard.join(',')))
}
const chat: handleBidiStreamingCall<string, string> = (call) => {
  call.on('data', (word: string) => call.write(`${word}?`))
  call.on('end', () => call.end())
  call.on('error', () => {})
}

async function startGrpc(t: TestContext): Promise<{ host: string; port: number; server: Server }> {
  const server = new Server()
  server.addService(service, { unary, fails, many, gather, chat })
  const { cert, key } = originCertificate([host])
  const secured = ServerCredentials.createSsl(null, [{ cert_chain: asText(cert), private_key: asText(key) }])
  const port = await new Promise<number>((done, fail) =>
    server.bindAsync('127.0.0.1:0', secured, (error, bound) => (error ? fail(error) : done(bound))),
  )
  t.after(() => server.forceShutdown())
  return { host, port, server }
}

/** A client that finds its proxy as every grpc client does, in the environment. */
function openClient(t: TestContext, cordon: Cordon): Client {
  const [user, password] = Buffer.from(proxyAuthorization(cordon).slice(6), 'base64').toString().split(':')
  const before = process.env['https_proxy']
  process.env['https_proxy'] = `http://${user}:${password}@127.0.0.1:${cordon.port}`
  const client = new Client(`${host}:443`, credentials.createSsl(asText(cordon.caPem)), {
    'grpc.use_local_subchannel_pool': 1,
  })
  if (before === undefined) delete process.env['https_proxy']
  else process.env['https_proxy'] = before
  t.after(() => client.close())
  return client
}

async function openWorld(t: TestContext) {
  const origin = await startGrpc(t)
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  return { origin, cordon, client: openClient(t, cordon) }
}

function mine(): Metadata {
  const metadata = new Metadata()
  metadata.set('authorization', 'Bearer mine')
  return metadata
}

test('a unary call carries the credential, and its metadata comes back before and after the message', async (t) => {
  const { client } = await openWorld(t)
  const first = Promise.withResolvers<Metadata>()
  const last = Promise.withResolvers<Metadata>()

  const answer = await new Promise<string | undefined>((done, fail) => {
    const call = client.makeUnaryRequest(service.unary.path, asText, fromText, 'hello', mine(), (error, value) =>
      error ? fail(error) : done(value),
    )
    call.on('metadata', first.resolve)
    call.on('status', ({ metadata }) => last.resolve(metadata))
  })

  assert.equal(answer, 'hello Bearer s3cret')
  assert.deepEqual((await first.promise).get('x-first'), ['begin'])
  assert.deepEqual((await last.promise).get('x-trailer'), ['end'])
})

test('an error of gRPC arrives as that, its words whole', async (t) => {
  const { client } = await openWorld(t)

  const error = await new Promise<ServiceError | null>((done) => {
    client.makeUnaryRequest(service.fails.path, asText, fromText, 'hello', mine(), done)
  })

  assert.equal(error?.code, status.NOT_FOUND)
  assert.equal(error.details, 'no such mail: café')
})

test('a stream of the server comes message by message', async (t) => {
  const { client } = await openWorld(t)
  const heard: string[] = []

  const call = client.makeServerStreamRequest(service.many.path, asText, fromText, 'n', mine())
  call.on('data', (message: string) => heard.push(message))
  await once(call, 'end')

  assert.deepEqual(
    heard,
    Array.from({ length: 100 }, (_, i) => `n ${i}`),
  )
})

test('a stream of the client is gathered at the server', async (t) => {
  const { client } = await openWorld(t)

  const answer = await new Promise<string | undefined>((done, fail) => {
    const call = client.makeClientStreamRequest(service.gather.path, asText, fromText, mine(), (error, value) =>
      error ? fail(error) : done(value),
    )
    for (const word of ['one', 'two', 'three']) call.write(word)
    call.end()
  })

  assert.equal(answer, 'one,two,three')
})

test('both sides of a call speak in turn on one stream', async (t) => {
  const { client } = await openWorld(t)
  const call = client.makeBidiStreamRequest(service.chat.path, asText, fromText, mine())

  for (const word of ['one', 'two', 'three']) {
    const heard = once(call, 'data')
    call.write(word)
    assert.equal((await heard)[0], `${word}?`)
  }
  const ended = once(call, 'status')
  call.end()

  assert.equal((await ended)[0].code, status.OK)
})

test('a call that its client cancels is cancelled at the server', async (t) => {
  const { origin, client } = await openWorld(t)
  const cancelled = Promise.withResolvers<void>()
  const chatting: handleBidiStreamingCall<string, string> = (call) => {
    call.on('cancelled', cancelled.resolve)
    call.write('begun')
  }
  origin.server.removeService(service)
  origin.server.addService(service, { unary, fails, many, gather, chat: chatting })
  const call = client.makeBidiStreamRequest(service.chat.path, asText, fromText, mine())
  call.on('error', () => {})
  call.write('hello')
  await once(call, 'data')

  call.cancel()

  await cancelled.promise
})

const callOnce = (client: Client) =>
  new Promise<ServiceError | null>((done) => {
    client.makeUnaryRequest(service.unary.path, asText, fromText, 'hello', mine(), done)
  })

test('a revoked token is told to a gRPC client as UNAUTHENTICATED, and the server hears nothing', async (t) => {
  const { cordon, client } = await openWorld(t)
  await new Promise<void>((done, fail) =>
    client.waitForReady(Date.now() + 5000, (error) => (error ? fail(error) : done())),
  )
  cordon.revoke()

  const error = await callOnce(client)

  assert.equal(error?.code, status.UNAUTHENTICATED)
  assert.match(error.details, /^cordon: The client token is not one of this cordon, or it was revoked\. To mend it, /)
})

test('a secret that is missing is told to a gRPC client as FAILED_PRECONDITION, in letters of any language', async (t) => {
  const { cordon, client } = await openWorld(t)
  cordon.setSecret(
    host,
    new CordonError('secret_missing', 'Für 100 % fehlt der "Schlüssel".', { hint: 'füge ihn ein' }),
  )

  const error = await callOnce(client)

  assert.equal(error?.code, status.FAILED_PRECONDITION)
  assert.equal(
    error.details,
    'cordon: The credential of the route grpc.mailer.test is not there: Für 100 % fehlt der "Schlüssel". To mend it, füge ihn ein.',
  )
})

test('an origin that cannot be reached is told to a gRPC client as UNAVAILABLE', async (t) => {
  const { origin, client } = await openWorld(t)
  origin.server.forceShutdown()

  const error = await callOnce(client)

  assert.equal(error?.code, status.UNAVAILABLE)
  assert.match(error.details, /^cordon: The origin grpc\.mailer\.test:443 refused the connection\./)
})

test('a refusal in gRPC is one HEADERS frame of the type that was asked with', async (t) => {
  const cordon = await startCordon(t, { routes: [{ host, connectTo: '127.0.0.1:9' }] })
  const session = await openHttp2(t, cordon, `${host}:443`)

  const refused = await ask(session, {
    ':method': 'POST',
    ':path': '/mail.Mail/Unary',
    'content-type': 'application/grpc-web+proto',
  })

  assert.equal(refused.status, 200)
  assert.equal(refused.isHeadOnly, true)
  assert.equal(refused.fields['content-type'], 'application/grpc-web+proto')
  assert.equal(refused.fields['grpc-status'], '9')
  assert.match(String(refused.fields['proxy-status']), /^cordon; error=proxy_configuration_error; /)
  assert.match(String(refused.fields['grpc-message']), /^cordon: /)
})
