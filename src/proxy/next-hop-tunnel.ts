/** The way through the next proxy: a socket to it, and the tunnel that it opens. */
import { once } from 'node:events'
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { authorityOf, type HostPort } from '../base/names.ts'
import type { Secret } from '../secrets/secret.ts'
import type { NextHop } from './next-hop.ts'
import { hopFault, hopRefusal, notHttp } from './next-hop-fault.ts'

export interface TunnelOptions {
  timeoutMs: number
  allowHalfOpen: boolean
}

/** A socket whose bytes reach the target. Rejects with `next_hop_…` errors, and as `authorization` does. */
export async function tunnelThrough(hop: NextHop, target: HostPort, options: TunnelOptions): Promise<Socket> {
  const authorization = await hop.authorization?.()
  return inTime(hop, target, options, async (socket) => {
    socket.write(connectHead(authorityOf(target), authorization), 'latin1')
    const status = await statusOf(socket)
    if (status < 200 || status > 299) throw hopRefusal(status, hop, target)
  })
}

/** A connection to the proxy itself, for requests in absolute-form. Rejects with `next_hop_…` errors. */
export function connectToHop(hop: NextHop, target: HostPort, timeoutMs: number): Promise<Socket> {
  return inTime(hop, target, { timeoutMs, allowHalfOpen: false }, async () => {})
}

async function inTime(
  hop: NextHop,
  target: HostPort,
  options: TunnelOptions,
  open: (socket: Socket) => Promise<void>,
): Promise<Socket> {
  const socket = dialHop(hop, options)
  const late = () => socket.destroy(Object.assign(new Error('connect timed out'), { code: 'ETIMEDOUT' }))
  const timer = setTimeout(late, options.timeoutMs)
  try {
    await once(socket, hop.secureContext ? 'secureConnect' : 'connect')
    await open(socket)
    return socket
  } catch (cause) {
    // A failure after this one is of no interest to anybody.
    socket.on('error', () => {}).destroy()
    throw hopFault(cause, hop, target)
  } finally {
    clearTimeout(timer)
  }
}

function dialHop({ at: { host, port }, secureContext }: NextHop, { allowHalfOpen }: TunnelOptions): Socket {
  const way = { host, port, allowHalfOpen, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }
  if (!secureContext) return connect(way)
  return connectTls({ ...way, secureContext: secureContext(), ...(isIP(host) ? {} : { servername: host }) })
}

function connectHead(authority: string, authorization: Secret | undefined): string {
  const credential = authorization ? `Proxy-Authorization: ${authorization.reveal()}\r\n` : ''
  return `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${credential}\r\n`
}

/** Longer heads than this no proxy has a reason to send. */
const maxHead = 65_536

/** The status of the answer. RFC 9110 §9.3.6: behind the head of a 2xx the tunnel begins, whatever its fields say. */
function statusOf(socket: Socket): Promise<number> {
  return new Promise((done, fail) => {
    let head = ''
    const settle = (tell: () => void) => {
      socket.off('readable', read).off('error', fail).off('end', end).off('close', end)
      tell()
    }
    const end = () => settle(() => fail(Object.assign(new Error('closed'), { code: 'ECONNRESET' })))
    const read = () => {
      for (let bytes: Buffer | null = socket.read(); bytes !== null; bytes = socket.read()) {
        const known = head.length
        head += bytes.toString('latin1')
        const last = head.indexOf('\r\n\r\n')
        if (last < 0 && head.length < maxHead) continue
        const status = /^HTTP\/1\.[01] ([2-5]\d\d)\b/.exec(head)?.[1]
        if (last < 0 || status === undefined) return settle(() => fail(notHttp()))
        const rest = bytes.subarray(last + 4 - known)
        if (rest.length > 0) socket.unshift(rest)
        return settle(() => done(Number(status)))
      }
    }
    socket.on('readable', read).on('error', fail).on('end', end).on('close', end)
    read()
  })
}
