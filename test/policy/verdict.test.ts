import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coversHostText, coversPath, isAmbiguousPath, routesAt } from '../../src/policy/match.ts'
import { decide } from '../../src/policy/verdict.ts'
import { hostOf, routeOf } from '../world.ts'

const https = { scheme: 'https', method: 'GET', path: '/' } as const

test('the first route of the file that covers method and path takes the request', () => {
  const routes = [
    routeOf({ name: 'models', host: 'a.test', paths: ['/v1/models'] }),
    routeOf({ name: 'read', host: 'a.test', paths: ['/v1'], methods: ['GET'] }),
    routeOf({ name: 'write', host: 'a.test', paths: ['/v1'], methods: ['POST'] }),
  ]
  const taken = (method: string, path: string) => {
    const verdict = decide(routes, { scheme: 'https', method, path })
    return verdict.kind === 'inject' ? verdict.route.name : verdict.kind
  }

  assert.equal(taken('GET', '/v1/models'), 'models')
  assert.equal(taken('POST', '/v1/models/x'), 'models')
  assert.equal(taken('GET', '/v1/modelsx'), 'read')
  assert.equal(taken('POST', '/v1'), 'write')
  assert.equal(taken('DELETE', '/v1'), 'pass')
  assert.equal(taken('GET', '/V1'), 'pass')
  assert.equal(taken('GET', '//v1'), 'pass')
  assert.equal(taken('GET', '/v10'), 'pass')
})

test('nothing is injected over plain HTTP, unless the route allows it', () => {
  const closed = routeOf({ host: 'a.test' })
  const open = routeOf({ host: 'a.test', allowCleartext: true })

  assert.equal(decide([closed], { ...https, scheme: 'http' }).kind, 'pass')
  assert.equal(decide([open], { ...https, scheme: 'http' }).kind, 'inject')
})

test('a route covers its own host and port alone', () => {
  const exact = routeOf({ host: 'a.test', ports: [443, 8443] })
  const below = routeOf({ host: '*.b.test' })
  const names = (host: string, port: number) =>
    routesAt([exact, below], { host: hostOf(host), port }).map(({ name }) => name as string)

  assert.deepEqual(names('a.test', 443), ['a.test'])
  assert.deepEqual(names('a.test', 8443), ['a.test'])
  assert.deepEqual(names('x.b.test', 443), ['b.test'])
  assert.deepEqual(names('x.y.b.test', 443), ['b.test'])
  for (const [host, port] of [
    ['a.test', 80],
    ['x.a.test', 443],
    ['b.test', 443],
    ['xb.test', 443],
    ['a.test.evil.test', 443],
  ] as const)
    assert.deepEqual(names(host, port), [], `${host}:${port}`)
})

test('a prefix ends at a segment border', () => {
  for (const path of ['/v1', '/v1/', '/v1/x']) assert.equal(coversPath('/v1', path), true, path)
  for (const path of ['/v1x', '/v', '/', '/v1%2fx', '/V1', '//v1']) assert.equal(coversPath('/v1', path), false, path)
})

test('a path that another reader could normalise is ambiguous, where routes have paths', () => {
  const ambiguous = [
    ...['/a/../b', '/a/..', '/./a', '/a/.', '/a/%2e%2e/b', '/a/%2E./b', '/a/.%2e/b', '/a/%252e%252e/b', '/a/..%2fb'],
    ...[
      '/a/%2e%2e%2fb',
      '/a%2f..%2fb',
      '/a/..\\b',
      '/a%5c..%5cb',
      '/a\\..\\b',
      '/a/..;x/b',
      '/a/..;/b',
      '/a/%00',
      '/a/.%00./b',
    ],
  ]
  const plain = [
    '/',
    '/a/b',
    '/a/..b',
    '/a/b..',
    '/a/...',
    '/projects/group%2Fname',
    '/a/%20b',
    '/a/b;c=d',
    '/a//b',
    '/%zz',
  ]

  for (const path of ambiguous) {
    assert.equal(isAmbiguousPath(path), true, path)
    assert.equal(decide([routeOf({ host: 'a.test', paths: ['/a'] })], { ...https, path }).kind, 'refuse', path)
    assert.equal(decide([routeOf({ host: 'a.test' })], { ...https, path }).kind, 'inject', path)
  }
  for (const path of plain) assert.equal(isAmbiguousPath(path), false, path)
})

test('a pattern covers a host as the file writes one: a name, or every name below another', () => {
  const below = { kind: 'below', parent: hostOf('a.test') } as const

  const covered = ['x.a.test', '*.a.test', '*.x.a.test', 'a.test', '*.test', 'a b'].filter((text) =>
    coversHostText(below, text),
  )

  assert.deepEqual(covered, ['x.a.test', '*.a.test', '*.x.a.test'])
  assert.equal(coversHostText({ kind: 'exact', host: hostOf('x.a.test') }, '*.a.test'), false)
})

test('a token that does not open the route of a request gets neither the credential nor the next route', () => {
  const routes = [routeOf({ name: 'r0', host: 'a.test', paths: ['/a'] }), routeOf({ name: 'r1', host: 'a.test' })]
  const asked = { ...https, path: '/a/b' }

  assert.equal(decide(routes, asked, new Set(['r0'])).kind, 'inject')
  assert.deepEqual(decide(routes, asked, new Set(['r1'])), { kind: 'refuse', reason: 'route_closed', route: routes[0] })
  assert.equal(decide(routes, asked, new Set()).kind, 'refuse')
  assert.equal(decide(routes, { ...https, path: '/c' }, new Set(['r1'])).kind, 'inject')
  assert.equal(decide([routeOf({ host: 'a.test', paths: ['/a'] })], { ...https, path: '/c' }, new Set()).kind, 'pass')
})
