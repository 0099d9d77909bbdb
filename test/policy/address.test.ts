import assert from 'node:assert/strict'
import { test } from 'node:test'
import { guardOf, isSpecial } from '../../src/policy/address.ts'
import { hostOf } from '../world.ts'

test('every special-purpose range is special, from its first address to its last, and its neighbours are not', () => {
  const ranges: [first: string, last: string, ...neighbours: string[]][] = [
    ['0.0.0.0', '0.255.255.255', '1.0.0.0'],
    ['10.0.0.0', '10.255.255.255', '9.255.255.255', '11.0.0.0'],
    ['100.64.0.0', '100.127.255.255', '100.63.255.255', '100.128.0.0'],
    ['127.0.0.0', '127.255.255.255', '126.255.255.255', '128.0.0.0'],
    ['169.254.0.0', '169.254.255.255', '169.253.255.255', '169.255.0.0'],
    ['172.16.0.0', '172.31.255.255', '172.15.255.255', '172.32.0.0'],
    ['192.168.0.0', '192.168.255.255', '192.167.255.255', '192.169.0.0'],
    ['198.18.0.0', '198.19.255.255', '198.17.255.255', '198.20.0.0'],
    ['224.0.0.0', '255.255.255.255', '223.255.255.255'],
    ['::', '::1', '2606:4700::1'],
    ['fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'fbff::1', 'fe00::1'],
    ['fe80::', 'febf::1', 'fe7f::1'],
    ['fec0::', 'feff::1'],
    ['ff00::', 'ffff::1'],
  ]

  for (const [first, last, ...neighbours] of ranges) {
    assert.equal(isSpecial(first), true, first)
    assert.equal(isSpecial(last), true, last)
    for (const neighbour of neighbours) assert.equal(isSpecial(neighbour), false, neighbour)
  }
})

test('an IPv6 address that carries an IPv4 one is judged by that one', () => {
  const carriers: ((high: string, low: string) => string)[] = [
    (high, low) => `::ffff:${high}:${low}`,
    (high, low) => `::${high}:${low}`,
    (high, low) => `::ffff:0:${high}:${low}`,
    (high, low) => `64:ff9b::${high}:${low}`,
    (high, low) => `2002:${high}:${low}::1`,
    (high, low) => `2606:4700::5efe:${high}:${low}`,
    (high, low) => `2606:4700::200:5efe:${high}:${low}`,
  ]

  for (const carrier of carriers) {
    assert.equal(isSpecial(carrier('7f00', '1')), true, carrier('7f00', '1'))
    assert.equal(isSpecial(carrier('a9fe', 'a9fe')), true, carrier('a9fe', 'a9fe'))
    assert.equal(isSpecial(carrier('808', '808')), false, carrier('808', '808'))
  }
  assert.equal(isSpecial('2001:0:808:808::80ff:fffe'), true, 'Teredo of 127.0.0.1')
})

test('what is allowed is open, and nothing beside it', () => {
  const guard = guardOf(['intern.test', '*.below.test', '10.1.2.3', '192.168.7.0/24', 'fd00::/8', '127.0.0.1'])

  for (const address of [
    '10.1.2.3',
    '192.168.7.255',
    'fd12::1',
    '127.0.0.1',
    '::ffff:10.1.2.3',
    '::ffff:7f00:1',
    '8.8.8.8',
  ])
    assert.equal(guard.allowsAddress(address), true, address)
  for (const address of ['10.1.2.4', '192.168.8.0', 'fc00::1', '127.0.0.2', '::ffff:a01:204', '::1'])
    assert.equal(guard.allowsAddress(address), false, address)
  for (const host of ['intern.test', 'a.below.test', 'a.b.below.test'])
    assert.equal(guard.allowsHost(hostOf(host)), true, host)
  for (const host of [
    'a.intern.test',
    'xintern.test',
    'below.test',
    'xbelow.test',
    'localhost',
    'intern.test.evil.test',
  ])
    assert.equal(guard.allowsHost(hostOf(host)), false, host)
})
