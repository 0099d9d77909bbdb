/** How streams of HTTP/2 end where the two sides do not end at once (RFC 9113 §6.8, §8.1). */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { constants, type ServerHttp2Stream } from 'node:http2'
import { test } from 'node:test'
import { routeTo, startCordon } from '../world.ts'
import { answerOn, ask, openHttp2, startHttp2Origin } from './http2-world.ts'

const host = 'ends.mailer.test'
const needsHttp2 = { ':method': 'POST', te: 'trailers' }

test('a client of HTTP/2 that waits for 100 and is refused never hears 100', async (t) => {
  const origin = await startHttp2Origin(t, host, () => {})
  const cordon = await startCordon(t, { routes: [routeTo(origin, { value: undefined })] })
  const session = await openHttp2(t, cordon, origin.authority)
  let continued = 0

  const stream = session.request({ ':method': 'POST', expect: '100-continue' }, { endStream: false })
  stream.on('continue', () => continued++)
  const { status } = await answerOn(stream)

  assert.equal(status, 400)
  assert.equal(continued, 0)
  assert.equal(origin.sessions.length, 0)
})

test('an answer that is whole stays whole, although its origin wants no more of the request and says so (RFC 9113 §8.1)', async (t) => {
  for (const size of [0, 5, 4 * 1024 * 1024]) {
    const origin = await startHttp2Origin(t, host, (stream) => {
      stream.respond({ ':status': 200 })
      stream.end(Buffer.alloc(size, 'x'), () => stream.close(constants.NGHTTP2_NO_ERROR))
    })
    const cordon = await startCordon(t, { routes: [routeTo(origin)] })
    const session = await openHttp2(t, cordon, origin.authority)

    const stream = session.request(needsHttp2, { endStream: false })
    stream.write('begun')
    const { status, content } = await answerOn(stream)

    assert.equal(status, 200)
    assert.equal(content.length, size)
  }
})

test('GOAWAY in mid-stream lets the streams it names end, and one that it leaves out is sent again (RFC 9113 §6.8)', async (t) => {
  const seen: string[] = []
  let named: ServerHttp2Stream | undefined
  const origin = await startHttp2Origin(t, host, (stream, fields) => {
    const path = String(fields[':path'])
    seen.push(`${origin.sessions.length} ${path}`)
    const isLeftOut = path === '/other' && origin.sessions.length === 1
    if (isLeftOut) return stream.session?.goaway(constants.NGHTTP2_NO_ERROR, named?.id)
    stream.respond({ ':status': 200 })
    if (path === '/other') return stream.end('ok')
    named = stream
    stream.write('begun')
  })
  const cordon = await startCordon(t, { routes: [routeTo(origin)] })
  const session = await openHttp2(t, cordon, origin.authority)
  const slow = session.request({ ...needsHttp2, ':path': '/named' })
  const whole = answerOn(slow)
  await once(slow, 'data')

  const other = await ask(session, { ...needsHttp2, ':path': '/other' })
  named?.end(' and ended')

  assert.equal(other.content, 'ok')
  assert.equal((await whole).content, 'begun and ended')
  assert.deepEqual(seen, ['1 /named', '1 /other', '2 /other'])
})
