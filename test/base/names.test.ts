import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { domainToASCII } from 'node:url'
import { bracketed, parseHost, parseHostPort, parsePort } from '../../src/base/names.ts'

test('every host that is accepted is the same host to the parsers of URLs and of domain names', () => {
  const seed = randomInt(2 ** 31)
  const random = mulberry32(seed)
  const accepted = new Set<string>()

  for (let i = 0; i < 20_000; i++) {
    const text = anyHost(random)
    const host = parseHost(text)
    if (host === undefined) continue
    const told = `seed ${seed}: ${JSON.stringify(text)} was read as ${JSON.stringify(host)}`
    accepted.add(host)
    assert.equal(URL.parse(`http://${bracketed(host)}/`)?.hostname, bracketed(host), told)
    assert.equal(URL.parse(`https://${bracketed(host)}:444/`)?.host, `${bracketed(host)}:444`, told)
    if (!host.includes(':')) assert.equal(domainToASCII(host), host, told)
    assert.equal(parseHost(host), host, told)
    assert.deepEqual(parseHostPort(`${bracketed(host)}:444`), { host, port: 444 }, told)
  }

  assert.ok(accepted.size > 2000, `seed ${seed}: only ${accepted.size} hosts were accepted`)
})

test('what another parser could read in another way is no host', () => {
  const texts = [
    '',
    '.',
    'a..b',
    '.a',
    'evil\0.mailer.test',
    'api.mailer.test\r\n',
    'api.mailer.test ',
    'a b',
    'a%2eb',
    'user@host',
    'a:80',
    'a/b',
    'a\\b',
    'a?b',
    'a#b',
    'a,b',
    '[a]',
    '[::1',
    '::1]',
    '[::1]x',
    '[::1%25lo]',
    'fe80::1%lo',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '01.2.3.4',
    '0x7f.0.0.1',
    '0x7f000001',
    '2130706433',
    '017700000001',
    '127.1',
    'a.0x',
    'a.1',
    'a.1.',
    'münchen.test',
    'api。mailer.test',
    'ａpi.mailer.test',
    'a\u00adb.test',
    '\u212a.test',
    'xn--.test',
    'xn--mnchen-3ya-.test',
    '-a.test',
    'a-.test',
    `${'a'.repeat(64)}.test`,
    `${'a.'.repeat(127)}test`,
  ]

  for (const text of texts) assert.equal(parseHost(text), undefined, JSON.stringify(text))
})

test('one host has one form', () => {
  const forms: Record<string, string[]> = {
    'api.mailer.test': ['API.mailer.TEST', 'api.mailer.test.'],
    '127.0.0.1': ['127.0.0.1', '127.0.0.1.'],
    '::1': ['[::1]', '0:0:0:0:0:0:0:1', '[0000::0001]', '::0.0.0.1'],
    '::ffff:7f00:1': ['[::FFFF:127.0.0.1]', '::ffff:7f00:1'],
    'xn--mnchen-3ya.test': ['XN--MNCHEN-3YA.test'],
    '_dmarc.mailer.test': ['_dmarc.mailer.test'],
  }

  for (const [host, texts] of Object.entries(forms)) for (const text of texts) assert.equal(parseHost(text), host, text)
})

test('a port is one to five plain digits', () => {
  for (const text of ['', '0', '065', '+80', '-1', '80 ', ' 80', '8e1', '0x50', '65536', '８０']) {
    assert.equal(parsePort(text), undefined, text)
    assert.equal(parseHostPort(`a.test:${text}`), undefined, text)
  }
  assert.equal(parsePort('65535'), 65535)
})

/** A host, or what looks like one: plain pieces most of the time, so that many are accepted, and traps among them. */
function anyHost(random: () => number): string {
  const pick = <T>(list: readonly [T, ...T[]]): T => list[Math.floor(random() * list.length)] ?? list[0]
  const word = () => Array.from({ length: 1 + Math.floor(random() * 8) }, () => pick(letters)).join('')
  const label = () => pick([word, word, word, word, () => pick(traps), () => `xn--${word()}`, () => String(number())])()
  const number = () => Math.floor(random() * pick([10, 256, 65536, 2 ** 32]))
  const group = () => pick([number().toString(16), '', '0', 'ffff', '7f00', '127.0.0.1', '%25lo'])
  const name = () =>
    Array.from({ length: 1 + Math.floor(random() * 4) }, label).join('.') + pick(['', '', '', '.', '..'])
  const ipv6 = () => Array.from({ length: 2 + Math.floor(random() * 7) }, group).join(':')
  const host = pick([
    name,
    name,
    name,
    ipv6,
    () => `[${ipv6()}]`,
    () => [number(), number(), number(), number()].join('.'),
  ])()
  if (random() > 0.15) return host
  const at = Math.floor(random() * (host.length + 1))
  return host.slice(0, at) + pick(traps) + host.slice(at)
}

const letters = [...'abcxyzABCXYZ0123456789-_'] as [string, ...string[]]
const traps = [
  ...'\0\t\r\n %@:/\\?#[]{}<>^`|"\',;=+&$!*()~\x7f',
  ...['\u00ad', '\u200d', '\u3002', '\uff0e', '\uff41', '\u212a', '\u00df', '\u0130', '\ud800', 'é', '١', '😀'],
  ...['0x', '0x7f', '0177', '127.1', 'user:word@', '%00', '%2e', '..', '-', '--', 'xn--', '::', 'localhost'],
] as [string, ...string[]]

/** The small generator of Tommy Ettinger: one seed, always the same numbers between 0 and 1. */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
