/**
 * Header fields as they travel: a flat list of names and values, in the order and the letters they were sent in.
 */

/** `[name, value, name, value, ...]`, as Node's `rawHeaders` and undici's `headers` have it. */
export type Fields = string[]

/** RFC 9110 §7.6.1, and what only this connection's two ends mean by it. `Proxy-*` is matched by its beginning. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])

/**
 * Fields of a request that cordon writes itself or answers itself: Host is made anew from the target, Expect was answered
 * by the listener, Max-Forwards (RFC 9110 §7.6.2) would let a client count its way to a reflection.
 */
const writtenByUs = new Set(['host', 'expect', 'max-forwards'])

/** What the fields of a request say, read in one pass. */
export interface RequestFields {
  /** Those that go on to the origin. */
  endToEnd: Fields
  /** The lower-case names of `endToEnd`, one for each. */
  names: string[]
  /** The values of Host, Transfer-Encoding, Content-Length and Proxy-Authorization: more than one of each is a fault. */
  hosts: string[]
  codings: string[]
  lengths: string[]
  proxyAuthorizations: string[]
  /** True where the client waits for 100 before it sends its content (RFC 9110 §10.1.1). */
  expectsContinue: boolean
  /** True where the client takes trailer fields and says so (RFC 9110 §10.1.4). */
  takesTrailers: boolean
  /** The values of Trailer: the client will send such fields after its content. */
  announced: string[]
}

export function readRequestFields(raw: readonly string[]): RequestFields {
  const read: RequestFields = {
    endToEnd: [],
    names: [],
    hosts: [],
    codings: [],
    lengths: [],
    proxyAuthorizations: [],
    expectsContinue: false,
    takesTrailers: false,
    announced: [],
  }
  let isNaming = false
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const field = raw[i] ?? ''
    const value = raw[i + 1] ?? ''
    const name = field.toLowerCase()
    if (hopByHop.has(name) || name.startsWith('proxy-') || writtenByUs.has(name)) {
      note(read, name, value)
      if (name === connection) isNaming ||= namesMore(value)
      continue
    }
    if (name === 'content-length') read.lengths.push(value)
    read.endToEnd.push(field, value)
    read.names.push(name)
  }
  return isNaming ? withoutNamed(read, namedByConnection(raw)) : read
}

/** What a field that ends here says to us. */
function note(read: RequestFields, name: string, value: string): void {
  if (name === 'host') read.hosts.push(value)
  else if (name === 'transfer-encoding') read.codings.push(value)
  else if (name === 'proxy-authorization') read.proxyAuthorizations.push(value)
  else if (name === 'expect') read.expectsContinue ||= /^100-continue$/i.test(value)
  else if (name === 'te') read.takesTrailers ||= /(?:^|,)[ \t]*trailers[ \t]*(?:,|;|$)/i.test(value)
  else if (name === 'trailer') read.announced.push(value)
}

const namesMore = (value: string) => !/^(keep-alive|close)$/i.test(value)

function withoutNamed(read: RequestFields, named: ReadonlySet<string>): RequestFields {
  const isKept = read.names.map((name) => !named.has(name))
  return {
    ...read,
    endToEnd: read.endToEnd.filter((_, i) => isKept[i >> 1]),
    names: read.names.filter((_, i) => isKept[i]),
  }
}

/** The fields of a response that go back to the client. Alt-Svc would invite it past the proxy (RFC 7838 §2.4). */
export function endToEndResponse(raw: readonly string[]): Fields {
  const named = namedByConnection(raw)
  const kept: Fields = []
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const field = raw[i] ?? ''
    const name = field.toLowerCase()
    if (hopByHop.has(name) || name.startsWith('proxy-') || name === 'alt-svc' || named.has(name)) continue
    kept.push(field, raw[i + 1] ?? '')
  }
  return kept
}

/** RFC 9110 §6.5.1: what frames, routes or authenticates a message has no place after its content. */
const neverTrailers = new Set([
  ...hopByHop,
  ...['content-length', 'content-encoding', 'content-type', 'content-range', 'host', 'authorization', 'set-cookie'],
  ...['alt-svc', 'www-authenticate', 'location', 'date', 'age', 'expires', 'cache-control', 'max-forwards', 'expect'],
])

/** The trailer fields of a message that go on. */
export function endToEndTrailers(raw: readonly string[]): Fields {
  const kept: Fields = []
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const field = raw[i] ?? ''
    const name = field.toLowerCase()
    if (!neverTrailers.has(name) && !name.startsWith('proxy-')) kept.push(field, raw[i + 1] ?? '')
  }
  return kept
}

/** The same fields one by one. */
export function pairsOf(fields: Fields): [name: string, value: string][] {
  const pairs: [string, string][] = []
  for (let i = 0; i + 1 < fields.length; i += 2) pairs.push([fields[i] ?? '', fields[i + 1] ?? ''])
  return pairs
}

/** The names that Connection lists besides its own options: they end here too. */
function namedByConnection(raw: readonly string[]): ReadonlySet<string> {
  let named = none
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (raw[i]?.length !== connection.length || raw[i]?.toLowerCase() !== connection) continue
    const options = (raw[i + 1] ?? '').split(',').map((option) => option.trim().toLowerCase())
    named = new Set([...named, ...options])
  }
  return named
}

const none: ReadonlySet<string> = new Set()
const connection = 'connection'

/** The fields that go on, without those of the given lower-case names, in whatever letters they were sent. */
export function withoutFields({ endToEnd, names }: RequestFields, unwanted: ReadonlySet<string>): Fields {
  const kept: Fields = []
  for (let i = 0; i < names.length; i++) {
    if (!unwanted.has(names[i] ?? '')) kept.push(endToEnd[2 * i] ?? '', endToEnd[2 * i + 1] ?? '')
  }
  return kept
}
