import type { Random } from './random.ts'

/** What parsers disagree about, and what means something to this one. */
const pieces = [
  ...[
    '\r\n',
    '\n',
    '\r',
    '\r\n\r\n',
    '\n\n',
    '\0',
    ' ',
    '\t',
    '\x0b',
    '\x7f',
    '\xff',
    '\xc3\xa9',
    ':',
    ',',
    ';',
    '"',
    '\\',
  ],
  ...[
    '%00',
    '%2e%2e',
    '/../',
    '//',
    '#',
    '?',
    '@',
    '*',
    '[',
    ']',
    'http://',
    'https://api.mailer.test',
    'HTTP/1.0',
    'HTTP/1.1',
  ],
  ...[
    '0',
    '5',
    '-1',
    '+5',
    '0x5',
    '00000000000000000005',
    '18446744073709551616',
    'ffffffffffffffff',
    '5;a=b',
    '5;a="b\r\n',
  ],
  ...['0\r\n\r\n', '5\r\nhello\r\n', '0\r\nX-T: y\r\n\r\n', '0\r\nContent-Length: 5\r\n\r\n'],
  ...[
    'Content-Length: 5\r\n',
    'Content-Length: 0\r\n',
    'content-length:5\r\n',
    'Content-Length : 5\r\n',
    'Content-Length: 5, 5\r\n',
  ],
  ...['Transfer-Encoding: chunked\r\n', 'transfer-encoding:\tchunked\r\n', 'Transfer-Encoding: gzip, chunked\r\n'],
  ...['Transfer-Encoding: identity\r\n', 'Transfer-Encoding:\r\n chunked\r\n', 'TE: trailers\r\n', 'Trailer: X-T\r\n'],
  ...[
    'Host: evil.test\r\n',
    'Host: api.mailer.test\r\n',
    'Host:\r\n',
    'host: api.mailer.test:443\r\n',
    'X-A: b\r\n c\r\n',
  ],
  ...['Connection: close\r\n', 'Connection: content-length, host, authorization\r\n', 'Connection: upgrade\r\n'],
  ...['Upgrade: websocket\r\n', 'Upgrade: h2c\r\n', 'Expect: 100-continue\r\n', 'Expect: x\r\n', 'Max-Forwards: 0\r\n'],
  ...['Authorization: Bearer mine\r\n', 'Proxy-Authorization: Basic bWluZTptaW5l\r\n', 'Proxy-Connection: close\r\n'],
  ...[
    'GET /smuggled HTTP/1.1\r\nHost: api.mailer.test\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'CONNECT x.test:1 HTTP/1.1\r\n',
  ],
  ...[
    'GET',
    'POST',
    'HEAD',
    'OPTIONS',
    'TRACE',
    'CONNECT',
    'get',
    'M-SEARCH',
    'x'.repeat(70_000),
    `${'A: b\r\n'.repeat(300)}`,
  ],
]

type Mutation = (text: string, random: Random, others: readonly string[]) => string

const at = (text: string, random: Random) => random.below(text.length + 1)

const mutations: Mutation[] = [
  (text, random) => splice(text, at(text, random), 0, random.of(pieces)),
  (text, random) => splice(text, at(text, random), random.below(8), random.of(pieces)),
  (text, random) => splice(text, at(text, random), 1 + random.below(12), ''),
  (text, random) => splice(text, at(text, random), 1, String.fromCharCode(random.below(256))),
  (text, random) => text.slice(0, at(text, random)),
  (text, random) => insertLine(text, random, random.of(pieces.filter((piece) => piece.endsWith('\r\n')))),
  (text, random) => {
    const start = at(text, random)
    return splice(text, at(text, random), 0, text.slice(start, start + 1 + random.below(60)))
  },
  (text, random) => {
    const lines = text.split('\r\n')
    const [line = ''] = lines.splice(random.below(lines.length), 1)
    lines.splice(random.below(lines.length + 1), 0, line)
    return lines.join('\r\n')
  },
  (text, random, others) => text.slice(0, at(text, random)) + random.of(others).slice(random.below(40)),
  (text, random) => {
    const place = at(text, random)
    const part = text.slice(place, place + 20)
    return splice(text, place, 20, random.below(2) ? part.toUpperCase() : part.toLowerCase())
  },
  (text, random) =>
    text.replace(/\d+/g, (number) => (random.below(4) ? number : random.of(['0', '1', '6', '99', '005']))),
]

/** A variant of `text`: one to three mutations, as `random` has it. */
export function mutate(text: string, random: Random, others: readonly string[]): string {
  let mutated = text
  for (let left = 1 + random.below(3); left > 0; left--) mutated = random.of(mutations)(mutated, random, others)
  return mutated
}

const splice = (text: string, start: number, length: number, put: string) =>
  text.slice(0, start) + put + text.slice(start + length)

function insertLine(text: string, random: Random, line: string): string {
  const ends = [...text.matchAll(/\r\n/g)].map(({ index }) => index + 2)
  return ends.length === 0 ? line + text : splice(text, random.of(ends), 0, line)
}
