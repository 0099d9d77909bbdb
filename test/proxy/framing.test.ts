import assert from 'node:assert/strict'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { test } from 'node:test'
import type { ClientRequest } from '../../src/proxy/client-request.ts'
import { readWellFormed, refuseContent } from '../../src/proxy/framing.ts'
import { Http1Request } from '../../src/proxy/http1-request.ts'

/** A request as Node's parser would hand it over, were it more lenient than it is. */
function requestWith(fields: Record<string, string[]>, httpVersion = '1.1', socket = new Socket()): ClientRequest {
  const message = new IncomingMessage(socket)
  message.httpVersion = httpVersion
  message.rawHeaders = Object.entries(fields).flatMap(([name, values]) => values.flatMap((value) => [name, value]))
  return new Http1Request(message)
}

test('a doubtful length is refused here too, whatever the parser lets through', () => {
  const doubtful = [
    requestWith({ 'content-length': ['5'], 'transfer-encoding': ['chunked'] }),
    requestWith({ 'content-length': ['5', '5'] }),
    requestWith({ 'content-length': ['5, 5'] }),
    requestWith({ 'content-length': ['9007199254740993'] }),
    requestWith({ 'transfer-encoding': ['chunked', 'chunked'] }),
    requestWith({ 'transfer-encoding': ['chunked, chunked'] }),
    requestWith({ 'transfer-encoding': [''] }),
    requestWith({ 'transfer-encoding': ['chunked'] }, '1.0'),
    requestWith({}, '0.9'),
    requestWith({}, '2.0'),
  ]

  for (const request of doubtful)
    assert.throws(
      () => readWellFormed(request, () => 'read'),
      { code: 'request_malformed' },
      JSON.stringify(request.fields),
    )
  assert.equal(
    readWellFormed(requestWith({ 'transfer-encoding': ['Chunked'] }), () => 'read'),
    'read',
  )
  assert.equal(
    readWellFormed(requestWith({ 'content-length': ['0'] }, '1.0'), () => 'read'),
    'read',
  )
})

test('what follows a malformed request on its connection is not read', () => {
  const first = requestWith({})
  const second = { ...requestWith({}), connection: first.connection }
  const refusal = new Error('no target')

  assert.throws(
    () =>
      readWellFormed(first, () => {
        throw refusal
      }),
    refusal,
  )

  assert.throws(() => readWellFormed(second, () => 'read'), { code: 'request_malformed' })
})

test('a message without content may say that it has none', () => {
  refuseContent(requestWith({}))
  refuseContent(requestWith({ 'content-length': ['0'] }))
  for (const fields of [
    { 'content-length': ['1'] },
    { 'content-length': ['x'] },
    { 'transfer-encoding': ['chunked'] },
  ] as Record<string, string[]>[])
    assert.throws(() => refuseContent(requestWith(fields)), { code: 'request_malformed' })
})
