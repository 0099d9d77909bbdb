import assert from 'node:assert/strict'
import { connect, constants } from 'node:http2'
import { test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { routeTo, startCordon, startOrigin } from '../world.ts'
import { answerOn, ask, goodHead, headersFrame, openHttp2, openHttp2Socket, preface } from './http2-world.ts'

const host = 'api.mailer.test'

test('one stream is refused on its own, and the next one on the same connection is carried', async (t) => {
  const origin = await startOrigin(t, host)
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)
  const refused: [Record<string, string>, number, string][] = [
    [{ ':authority': 'elsewhere.test' }, 421, 'cordon_misdirected'],
    [{ ':authority': `${host}:8443` }, 421, 'cordon_misdirected'],
    [{ ':authority': host, host: 'elsewhere.test' }, 400, 'cordon_request_malformed'],
    [{ ':scheme': 'http' }, 400, 'cordon_request_malformed'],
    [{ ':method': 'TRACE' }, 405, 'cordon_method_refused'],
  ]

  for (const [fields, status, code] of refused) {
    const answer = await ask(session, fields)
    assert.deepEqual([answer.status, JSON.parse(answer.content).error.code], [status, code], JSON.stringify(fields))
  }
  const carried = await ask(session, { ':path': '/carried' })

  assert.equal(carried.status, 200)
  assert.deepEqual(
    origin.requests.map(({ target }) => target),
    ['/carried'],
  )
})

test('a Host field that says the same as :authority is no fault', async (t) => {
  const origin = await startOrigin(t, host)
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)

  const both = await ask(session, { ':authority': host, host })
  const alone = await ask(session, { host })

  assert.deepEqual([both.status, alone.status], [200, 200])
  assert.deepEqual(
    origin.requests.map(({ rawFields }) => rawFields.filter((name) => name.toLowerCase() === 'host').length),
    [1, 1],
  )
})

test('a server name that is not the authority of the tunnel misdirects every stream', async (t) => {
  const origin = await startOrigin(t, host)
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority, { serverName: 'elsewhere.test' })

  const answer = await ask(session, { ':authority': host })

  assert.equal(answer.status, 421)
  assert.equal(origin.requests.length, 0)
})

test('CONNECT inside a tunnel is refused, and an extended one of another protocol', async (t) => {
  const origin = await startOrigin(t, host)
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)

  const plain = await answerOn(session.request({ ':method': 'CONNECT', ':authority': host }).end())
  const extended = await answerOn(session.request({ ':method': 'CONNECT', ':protocol': 'connect-udp' }).end())

  assert.deepEqual([plain.status, extended.status], [405, 405])
  assert.match(plain.fields['allow'] ?? '', /GET/)
  assert.equal(origin.requests.length, 0)
})

test('a token that is revoked ends the next stream and not the connection', async (t) => {
  const origin = await startOrigin(t, host)
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)
  const before = await ask(session, {})

  cordon.revoke()
  const after = await ask(session, {})
  const again = await ask(session, {})

  assert.deepEqual([before.status, after.status, again.status], [200, 400, 400])
  assert.equal(JSON.parse(after.content).error.code, 'cordon_token_unknown')
  assert.equal(origin.requests.length, 1)
})

test('a refusal comes before the content has been sent, and the client is told to stop without error', async (t) => {
  const origin = await startOrigin(t, host)
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)

  const stream = session.request({ ':method': 'POST', ':authority': 'elsewhere.test' })
  const answered = answerOn(stream)
  stream.write(Buffer.alloc(100_000))
  const answer = await answered

  assert.equal(answer.status, 421)
  assert.equal(JSON.parse(answer.content).error.code, 'cordon_misdirected')
  assert.equal(stream.rstCode, constants.NGHTTP2_NO_ERROR)
  assert.equal(session.destroyed, false)
})

const good = goodHead(host)

test('a malformed request is a stream error and reaches no origin (RFC 9113 §8.1.1)', async (t) => {
  const origin = await startOrigin(t, host)
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const without = (name: string) => good.filter(([one]) => one !== name)
  const bad: (readonly (readonly [string, string])[])[] = [
    [...good, ['X-Upper', 'case']],
    [...good, ['connection', 'keep-alive']],
    [...good, ['transfer-encoding', 'chunked']],
    [...good, ['upgrade', 'websocket']],
    [...good, ['te', 'gzip']],
    [...good, [':path', '/twice']],
    [...good, [':unknown', 'x']],
    [...good, ['x', 'y'], [':authority', host]],
    [...good, ['content-length', '5']],
    [...good, ['content-length', '0'], ['content-length', '0']],
    [...without(':path'), [':path', '']],
    [...without(':path'), [':path', 'https://elsewhere.test/']],
    [...without(':authority'), [':authority', `user@${host}`]],
    [...without(':authority'), [':authority', `${host}, elsewhere.test`]],
    [...without(':method'), [':method', 'GET / HTTP/1.1\r\nx:']],
    without(':method'),
    without(':scheme'),
    without(':path'),
    without(':authority'),
  ]

  for (const [i, fields] of bad.entries()) {
    const socket = await openHttp2Socket(t, cordon, origin.authority)
    socket.write(Buffer.concat([preface, headersFrame(1, fields)]))
    const verdict = await verdictOn(socket)
    assert.match(verdict, /^(reset 1|refused)$/, `${i} ${JSON.stringify(fields)}: ${verdict}`)
    socket.destroy()
  }

  assert.deepEqual(origin.requests, [])
})

/** What becomes of the first stream: `reset` with an error code, `refused` by an answer of ours, or `closed` with all others. */
function verdictOn(socket: TLSSocket): Promise<string> {
  let bytes = Buffer.alloc(0)
  return new Promise((done) => {
    socket.once('close', () => done('closed without a word'))
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk])
      for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
        const type = bytes[at + 3]
        if (type === 3) done(`reset ${bytes.readUInt32BE(at + 9)}`)
        if (type === 0 && bytes.includes('cordon_request_malformed')) done('refused')
        if (type === 7) done('closed')
        if (type === 0 && bytes.includes('"ok":true')) done('carried')
      }
    })
  })
}

test('a field with bytes that no field has is left out, and nothing of it reaches the origin', async (t) => {
  const origin = await startOrigin(t, host)
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const bad: (readonly [string, string])[] = [
    ['x-bad', 'a\r\nx-smuggled: yes'],
    ['x-bad\r\nx-smuggled', 'yes'],
    ['x-bad', 'a\0b'],
    ['x bad', 'y'],
  ]

  for (const field of bad) {
    const socket = await openHttp2Socket(t, cordon, origin.authority)
    socket.write(Buffer.concat([preface, headersFrame(1, [...good, field])]))
    assert.equal(await verdictOn(socket), 'carried')
  }

  assert.equal(origin.requests.length, bad.length)
  for (const { fields } of origin.requests)
    assert.deepEqual(Object.keys(fields).sort(), ['authorization', 'connection', 'host'])
})

test('a header section over the limit is refused on its stream', async (t) => {
  const origin = await startOrigin(t, host)
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const socket = await openHttp2Socket(t, cordon, origin.authority)
  // Node's own client would keep so large a section to itself.
  const session = connect(`https://${host}`, { createConnection: () => socket, maxSendHeaderBlockLength: 200_000 })
  t.after(() => session.destroy())

  const large = await ask(session, { 'x-large': 'x'.repeat(10_000) })
  const tooLarge = session.request({ 'x-large': 'x'.repeat(66_000) })
  const failed = answerOn(tooLarge).then(
    ({ status }) => `answered with ${status}`,
    () => tooLarge.rstCode,
  )

  assert.equal(large.status, 200)
  assert.equal(await failed, constants.NGHTTP2_ENHANCE_YOUR_CALM)
  assert.equal((await ask(session, {})).status, 200)
  assert.equal(origin.requests.length, 2)
})
