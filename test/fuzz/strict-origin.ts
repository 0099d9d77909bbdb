/**
 * An origin with a parser of its own that knows nothing but plain, complete, unambiguous requests. Whatever else reaches it
 * is a fault of cordon's.
 */
import type { Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { type RawOrigin, startRawOrigin } from '../world.ts'

export interface StrictOrigin extends RawOrigin {
  /** What was no such request, with the bytes it was found in. */
  faults: string[]
  /** Whole requests. */
  requests: number
}

export interface Expected {
  /** The one value of Authorization, or undefined for none of the route's. */
  credential: string | undefined
  cleartext: boolean
}

export async function startStrictOrigin(t: TestContext, host: string, expected: Expected): Promise<StrictOrigin> {
  const seen = { faults: [] as string[], requests: 0 }
  const serve = (socket: Socket) => {
    let held = ''
    socket.on('data', (bytes: Buffer) => {
      held += bytes.toString('latin1')
      for (;;) {
        const read = readRequest(held, host, expected)
        if (typeof read === 'string') {
          seen.faults.push(`${read} in ${JSON.stringify(held.slice(0, 2000))}`)
          return void socket.destroy()
        }
        if (read === undefined) return
        seen.requests += 1
        held = held.slice(read.length)
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      }
    })
  }
  const origin = await startRawOrigin(t, host, serve, { cleartext: expected.cleartext })
  return Object.assign(seen, origin)
}

/** A whole request at the start of `text`, undefined where it is not whole yet, or what is wrong with it. */
function readRequest(text: string, host: string, { credential }: Expected): { length: number } | string | undefined {
  if (text === '') return undefined
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return text.length > 100_000 ? 'a head without an end' : undefined
  const [line = '', ...lines] = text.slice(0, end).split('\r\n')
  if (!/^[A-Z][A-Z-]* (\/[\x21\x22\x24-\x7e]*|\*) HTTP\/1\.1$/.test(line)) return 'no request line'
  const fields = new Map<string, string[]>()
  for (const field of lines) {
    const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ([\t\x20-\x7e\x80-\xff]*)$/.exec(field)
    if (!match) return `no field line: ${JSON.stringify(field.slice(0, 200))}`
    const [, name = '', value = ''] = match
    fields.set(name.toLowerCase(), [...(fields.get(name.toLowerCase()) ?? []), value])
  }
  const one = (name: string) => (fields.get(name)?.length === 1 ? fields.get(name)?.[0] : undefined)
  if (one('host') !== host) return 'not the one Host'
  if (credential !== undefined && one('authorization') !== credential) return 'not the one credential'
  if (credential === undefined && text.slice(0, end).includes('s3cret')) return 'a credential in the clear'
  for (const name of fields.keys()) if (name.startsWith('proxy-') || name === 'max-forwards') return `the field ${name}`
  const length = fields.get('content-length')
  const coding = fields.get('transfer-encoding')
  if (length && coding) return 'two lengths'
  if (length && !/^\d+$/.test(one('content-length') ?? '')) return 'a doubtful Content-Length'
  if (coding && one('transfer-encoding') !== 'chunked') return 'a doubtful Transfer-Encoding'
  const start = end + 4
  if (coding) return readChunks(text, start)
  const whole = start + Number(length?.[0] ?? 0)
  return text.length < whole ? undefined : { length: whole }
}

function readChunks(text: string, start: number): { length: number } | string | undefined {
  let place = start
  for (;;) {
    const end = text.indexOf('\r\n', place)
    if (end < 0) return undefined
    const size = text.slice(place, end)
    if (!/^[0-9a-f]{1,8}$/.test(size)) return `the chunk size ${JSON.stringify(size.slice(0, 50))}`
    place = end + 2
    const length = Number.parseInt(size, 16)
    if (length === 0) return readTrailers(text, place)
    if (text.length < place + length + 2) return undefined
    if (text.slice(place + length, place + length + 2) !== '\r\n') return 'a chunk without its end'
    place += length + 2
  }
}

function readTrailers(text: string, start: number): { length: number } | string | undefined {
  if (text.startsWith('\r\n', start)) return { length: start + 2 }
  const end = text.indexOf('\r\n\r\n', start)
  if (end < 0) return undefined
  for (const line of text.slice(start, end).split('\r\n'))
    if (
      !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+: [\t\x20-\x7e\x80-\xff]*$/.test(line) ||
      /^(content-|transfer-|host:)/i.test(line)
    )
      return `the trailer ${JSON.stringify(line.slice(0, 100))}`
  return { length: end + 4 }
}
