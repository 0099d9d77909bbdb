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

/** The fields of a request that go on to the origin. */
export function endToEndRequest(rawHeaders: readonly string[]): Fields {
  return without(rawHeaders, (name) => writtenByUs.has(name))
}

/** The fields of a response that go back to the client. Alt-Svc would invite it past the proxy (RFC 7838 §2.4). */
export function endToEndResponse(rawHeaders: readonly string[]): Fields {
  return without(rawHeaders, (name) => name === 'alt-svc')
}

function without(rawHeaders: readonly string[], isOurs: (name: string) => boolean): Fields {
  const named = namedByConnection(rawHeaders)
  const kept: Fields = []
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const field = rawHeaders[i] ?? ''
    const name = field.toLowerCase()
    if (hopByHop.has(name) || name.startsWith('proxy-') || named?.has(name) || isOurs(name)) continue
    kept.push(field, rawHeaders[i + 1] ?? '')
  }
  return kept
}

/** The names that Connection lists besides `keep-alive` and `close`: they end here too. Undefined where there are none. */
function namedByConnection(rawHeaders: readonly string[]): Set<string> | undefined {
  const named = new Set<string>()
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.length !== connection.length || rawHeaders[i]?.toLowerCase() !== connection) continue
    for (const option of (rawHeaders[i + 1] ?? '').split(',')) named.add(option.trim().toLowerCase())
  }
  return named.size === 0 ? undefined : named
}

const connection = 'connection'

/** Removes every field of the given lower-case names, in place of nothing and in whatever letters they were sent. */
export function removeFields(fields: Fields, names: ReadonlySet<string>): Fields {
  const kept: Fields = []
  for (let i = 0; i + 1 < fields.length; i += 2) {
    if (!names.has((fields[i] ?? '').toLowerCase())) kept.push(fields[i] ?? '', fields[i + 1] ?? '')
  }
  return kept
}
