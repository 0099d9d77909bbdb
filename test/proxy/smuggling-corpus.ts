/**
 * Requests that two parsers could read in two ways, and what RFC 9112 says of them. Host is always right, unless Host is
 * what the entry is about.
 */

const host = 'Host: api.mailer.test'

/** A request head: GET or POST is told by the first field that says how long the content is. */
export const head = (...fields: string[]) =>
  `${/length|encoding/i.test(fields.join()) ? 'POST' : 'GET'} /first HTTP/1.1\r\n${[host, ...fields].join('\r\n')}\r\n\r\n`

const chunks = '5\r\nhello\r\n0\r\n\r\n'
const te = (value: string) => `${head(`Transfer-Encoding:${value}`)}${chunks}`
const cl = (value: string) => `${head(`Content-Length:${value}`)}hello`
const chunked = (content: string) => `${head('Transfer-Encoding: chunked')}${content}`
const target = (text: string) => `GET ${text} HTTP/1.1\r\n${host}\r\n\r\n`
const line = (text: string) => `${text}\r\n${host}\r\n\r\n`
const handshake = [
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
]

/** Heads that are refused, and their connection closed, before an origin learns of them. */
export const malformed: readonly [name: string, bytes: string][] = [
  // RFC 9112 §6.1, §6.3: two lengths, or a coding that is not exactly `chunked`.
  ['Content-Length and Transfer-Encoding', `${head('Content-Length: 5', 'Transfer-Encoding: chunked')}${chunks}`],
  ['Transfer-Encoding and Content-Length', `${head('Transfer-Encoding: chunked', 'Content-Length: 5')}${chunks}`],
  ['a coding that is not chunked', te(' gzip')],
  ['a coding before chunked', te(' gzip, chunked')],
  ['a coding after chunked', te(' chunked, gzip')],
  ['identity', te(' identity')],
  [
    'identity before chunked in a field of its own',
    `${head('Transfer-Encoding: identity', 'Transfer-Encoding: chunked')}${chunks}`,
  ],
  [
    'identity after chunked in a field of its own',
    `${head('Transfer-Encoding: chunked', 'Transfer-Encoding: identity')}${chunks}`,
  ],
  ['chunked twice in two fields', `${head('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')}${chunks}`],
  ['chunked twice in one field', te(' chunked, chunked')],
  ['a coding like chunked', te(' xchunked')],
  ['chunked in quotes', te(' "chunked"')],
  ['chunked with a parameter', te(' chunked;q=1')],
  ['chunked after an empty element', te(' ,chunked')],
  ['chunked after a vertical tab', te(' \x0bchunked')],
  ['chunked folded', te('\r\n chunked')],
  ['an empty Transfer-Encoding', te('')],
  ['a space before the colon of Transfer-Encoding', `${head('Transfer-Encoding : chunked')}${chunks}`],
  [
    'Transfer-Encoding in HTTP/1.0',
    `POST /first HTTP/1.0\r\n${host}\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`,
  ],
  ['two equal Content-Length', `${head('Content-Length: 5', 'Content-Length: 5')}hello`],
  ['two different Content-Length', `${head('Content-Length: 5', 'Content-Length: 6')}hello`],
  ['a list of Content-Length', cl(' 5, 5')],
  ['Content-Length with a plus', cl(' +5')],
  ['Content-Length with a minus', cl(' -5')],
  ['Content-Length in hexadecimal', cl(' 0x5')],
  ['Content-Length with a space inside', cl(' 5 5')],
  ['an empty Content-Length', cl('')],
  ['Content-Length folded', cl('\r\n 5')],
  ['a space before the colon of Content-Length', `${head('Content-Length : 5')}hello`],
  ['Content-Length beyond 64 bits', cl(' 99999999999999999999999')],
  ['Content-Length that no number holds exactly', cl(' 18446744073709551615')],
  // RFC 9112 §5: field lines.
  ['a folded field', head('X-A: one\r\n two')],
  ['a field folded with a tab', head('X-A: one\r\n\ttwo')],
  ['a folded Host', `GET /first HTTP/1.1\r\n${host}\r\n .evil.test\r\n\r\n`],
  ['a space before the first field', `GET /first HTTP/1.1\r\n X: y\r\n${host}\r\n\r\n`],
  ['bare LF everywhere', `GET /first HTTP/1.1\n${host}\n\n`],
  ['a bare LF after a field', `GET /first HTTP/1.1\r\n${host}\nX: y\r\n\r\n`],
  ['a bare LF at the end of the head', `GET /first HTTP/1.1\r\n${host}\r\n\n`],
  ['a bare CR in a field', head('X: b\rHost: evil.test')],
  ['a bare CR after the request line', `GET /first HTTP/1.1\r${host}\r\n\r\n`],
  ['two CR before an LF', `GET /first HTTP/1.1\r\n${host}\r\r\n\r\n`],
  ['a NUL in a field', head('X: b\0c')],
  ['a NUL in a name', head('X\0: b')],
  ['a control byte in a field', head('X: b\x01c')],
  ['a DEL in a field', head('X: b\x7fc')],
  ['a space before a colon', head('X : b')],
  ['a field without a colon', head('X')],
  ['a field without a name', head(': b')],
  ['a name that is no token', head('X(: b')],
  // RFC 9112 §2, §3: the request line.
  ['HTTP/0.9', 'GET /first\r\n\r\n'],
  ['HTTP/0.9 by name', line('GET /first HTTP/0.9')],
  ['HTTP/1.2', line('GET /first HTTP/1.2')],
  ['HTTP/1.10', line('GET /first HTTP/1.10')],
  ['HTTP/2.0 by name', line('GET /first HTTP/2.0')],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['http in small letters', line('GET /first http/1.1')],
  ['a space before the method', line(' GET /first HTTP/1.1')],
  ['a tab after the method', line('GET\t/first HTTP/1.1')],
  ['a space after the version', line('GET /first HTTP/1.1 ')],
  ['a method in small letters', line('get /first HTTP/1.1')],
  ['a byte order mark', line('\xef\xbb\xbfGET /first HTTP/1.1')],
  ['a space in the request target', target('/a b')],
  ['a NUL in the request target', target('/a\0b')],
  ['raw bytes in the request target', target('/\xc3\xa9')],
  ['a fragment in the request target', target('/a#b')],
  ['a backslash for a request target', target('\\a')],
  ['the asterisk form', target('*')],
  ['the authority form', target('api.mailer.test:443')],
  ['a request target that is no path', target('first')],
  // RFC 9112 §3.2: Host.
  ['no Host', 'GET /first HTTP/1.1\r\nX: y\r\n\r\n'],
  ['two equal Hosts', head(host)],
  ['two different Hosts', head('Host: evil.test')],
  ['an empty Host', 'GET /first HTTP/1.1\r\nHost:\r\n\r\n'],
  ['a list of Hosts', `GET /first HTTP/1.1\r\n${host}, evil.test\r\n\r\n`],
  // RFC 6455 §4.1: a handshake is a GET of HTTP/1.1 without content.
  ['a WebSocket handshake with content', `${head(...handshake, 'Content-Length: 5').replace('POST', 'GET')}hello`],
  [
    'a WebSocket handshake with chunks',
    `${head(...handshake, 'Transfer-Encoding: chunked').replace('POST', 'GET')}${chunks}`,
  ],
]

/** Chunks (RFC 9112 §7.1) that end their connection; the head before them may be on its way to the origin already. */
export const malformedContent: readonly [name: string, chunks: string][] = [
  ['a chunk size with a letter too many', '5g\r\nhello\r\n0\r\n\r\n'],
  ['a chunk size with 0x', '0x5\r\nhello\r\n0\r\n\r\n'],
  ['a negative chunk size', '-5\r\nhello\r\n0\r\n\r\n'],
  ['a chunk size beyond 64 bits', '1ffffffffffffffff\r\nhello\r\n0\r\n\r\n'],
  ['a chunk size after a space', ' 5\r\nhello\r\n0\r\n\r\n'],
  ['no chunk size', '\r\nhello\r\n0\r\n\r\n'],
  ['a chunk size that ends with a bare LF', '5\nhello\r\n0\r\n\r\n'],
  ['a chunk extension that ends with a bare LF', '5;a\nhello\r\n0\r\n\r\n'],
  ['a chunk extension with a bare CR', '5;a\rb\r\nhello\r\n0\r\n\r\n'],
  ['a line break in a quoted chunk extension', '5;a="x\r\nhello\r\n0\r\n\r\n'],
  ['a chunk longer than its size', '5\r\nhelloXX\r\n0\r\n\r\n'],
  ['a chunk without its line end', '5\r\nhello0\r\n\r\n'],
  ['a chunk that ends with a bare LF', '5\r\nhello\n0\r\n\r\n'],
  ['Content-Length among the trailers', '5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n'],
]

/** Each is let through, as RFC 9112 allows; the origin must see one plain request with this content, then the next. */
export const lenient: readonly [name: string, bytes: string, content: string][] = [
  ['chunked', te(' chunked'), 'hello'],
  ['chunked in mixed case', te(' cHuNkEd'), 'hello'],
  ['chunked after a tab', te('\tchunked'), 'hello'],
  ['chunked before a space', te(' chunked '), 'hello'],
  ['a chunk extension', chunked('5;a=b\r\nhello\r\n0\r\n\r\n'), 'hello'],
  ['a trailer', chunked('5\r\nhello\r\n0\r\nAuthorization: Bearer mine\r\n\r\n'), 'hello'],
  ['chunks in a GET', chunked(chunks).replace('POST', 'GET'), 'hello'],
  ['Content-Length after and before spaces', cl('  5  '), 'hello'],
  ['Content-Length with zeros before', cl(' 005'), 'hello'],
  ['Content-Length that Connection names', `${head('Content-Length: 5', 'Connection: content-length')}hello`, 'hello'],
  ['a name that looks like Transfer-Encoding', head('Transfer_Encoding: chunked').replace('POST', 'GET'), ''],
  ['empty lines before the request', `\r\n\r\n${head()}`, ''],
  ['two spaces around the request target', line('GET  /first  HTTP/1.1'), ''],
]
