/**
 * Connections to targets that no route names. The name is resolved once, every answer is judged, and only judged
 * addresses are dialled, so that a name that changes its answer (DNS rebinding) gains nothing.
 */
import type { LookupAddress, LookupOptions } from 'node:dns'
import { connect, isIP, type LookupFunction, type Socket } from 'node:net'
import { CordonError } from '../base/error.ts'
import { authorityOf, type HostPort } from '../base/names.ts'
import { isSpecialName, type NetworkGuard } from '../policy/address.ts'
import { type NextHop, nextHopTo } from './next-hop.ts'
import { tunnelThrough } from './next-hop-tunnel.ts'
import { Reader } from './reader.ts'

/** What it takes to dial a target that a client chose. */
export interface Guarding {
  guard: NetworkGuard
  resolve: Resolve
  connectTimeoutMs: number
  /** How long a blind tunnel may be silent; undefined for as long as it likes. */
  idleTimeoutMs?: number | undefined
  /** The proxy that stands between cordon and the Internet; undefined where none does. */
  nextHop?: NextHop | undefined
  /** True for an authority that is this proxy itself. */
  isSelf(target: HostPort): boolean
}

/** `dns.lookup` with `all: true`, but for a test of a name that changes its answer. */
export type Resolve = (
  hostname: string,
  options: LookupOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/** How an origin is reached: where the configuration says, or wherever the guard lets a client's own target lead. */
export type Dial = { kind: 'configured'; at: HostPort } | { kind: 'guarded' }

/**
 * Throws `target_is_cordon` and `address_refused` for a target that may not be dialled, before any name is resolved.
 */
export function refuseForbidden(target: HostPort, proxy: Guarding): void {
  if (proxy.isSelf(target)) throw new CordonError('target_is_cordon', `${authorityOf(target)} is cordon itself.`)
  if (isIP(target.host) && !proxy.guard.allowsHost(target.host) && !proxy.guard.allowsAddress(target.host))
    throw refused(target, target.host)
}

/** A `lookup` for `net.connect` that answers with checked addresses alone. */
export function guardedLookup(target: HostPort, proxy: Guarding): LookupFunction {
  return (hostname, options, callback) => {
    proxy.resolve(hostname, options, (error, addresses) => {
      if (error) return callback(error, [])
      const forbidden = addresses.find(({ address }) => !isOpen(address, target, proxy))
      if (forbidden) return callback(refused(target, forbidden.address), [])
      answer(addresses, options.all === true, callback)
    })
  }
}

/** The same for a place that the configuration names. */
export function plainLookup({ resolve }: Guarding): LookupFunction {
  return (hostname, options, callback) =>
    resolve(hostname, options, (error, addresses) => {
      if (error) callback(error, [])
      else answer(addresses, options.all === true, callback)
    })
}

/** A resolver that has said nothing for so long will not know the name: behind a company's proxy most names are unknown. */
const judgeMs = 2000

/**
 * Judges a name that the next proxy will resolve. Rejects with `address_refused` where the name belongs to a private network,
 * or where this machine knows an address of it that does. What this machine cannot resolve is left to that proxy.
 */
export function judgeName(target: HostPort, proxy: Guarding): Promise<void> {
  if (isIP(target.host) || proxy.guard.allowsHost(target.host)) return Promise.resolve()
  if (isSpecialName(target.host)) return Promise.reject(refused(target, 'a private network'))
  return new Promise((done, fail) => {
    const timer = setTimeout(done, judgeMs)
    proxy.resolve(target.host, { all: true }, (_error, addresses = []) => {
      clearTimeout(timer)
      const forbidden = addresses.find(({ address }) => !isOpen(address, target, proxy))
      if (forbidden) fail(refused(target, forbidden.address))
      else done()
    })
  })
}

function answer(addresses: LookupAddress[], all: boolean, callback: Parameters<LookupFunction>[2]): void {
  const [first] = addresses
  if (all) callback(null, addresses)
  else if (first) callback(null, first.address, first.family)
}

function isOpen(address: string, target: HostPort, { guard, isSelf }: Guarding): boolean {
  if (isSelf({ host: address as HostPort['host'], port: target.port })) return false
  return guard.allowsHost(target.host) || guard.allowsAddress(address)
}

/** A connection that waits until bytes may pass; where it has a reader, what it sends comes through that. */
export interface Dialled {
  socket: Socket
  reader: Reader | undefined
}

/** A connection for a blind tunnel. Rejects with `CordonError`s, or with the system's error of the connection. */
export async function dialBlind(target: HostPort, proxy: Guarding): Promise<Dialled> {
  refuseForbidden(target, proxy)
  const hop = nextHopTo(target, proxy.nextHop)
  const dialled = hop ? await dialThrough(hop, target, proxy) : await dialStraight(target, proxy)
  // All bytes of a tunnel pass this socket, one way or the other, and each of them starts its clock again.
  if (proxy.idleTimeoutMs !== undefined) dialled.socket.setTimeout(proxy.idleTimeoutMs, () => dialled.socket.destroy())
  return dialled
}

async function dialThrough(hop: NextHop, target: HostPort, proxy: Guarding): Promise<Dialled> {
  await judgeName(target, proxy)
  const socket = await tunnelThrough(hop, target, { timeoutMs: proxy.connectTimeoutMs, allowHalfOpen: true })
  return { socket, reader: undefined }
}

function dialStraight(target: HostPort, proxy: Guarding): Promise<Dialled> {
  return new Promise((done, fail) => {
    const reader = new Reader()
    const socket = connect({
      host: target.host,
      port: target.port,
      lookup: guardedLookup(target, proxy),
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveMs,
      onread: reader.onread,
    }).pause()
    const late = () => socket.destroy(Object.assign(new Error('connect timed out'), { code: 'ETIMEDOUT' }))
    const timer = setTimeout(late, proxy.connectTimeoutMs)
    socket.once('error', (error) => {
      clearTimeout(timer)
      fail(error)
    })
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.removeAllListeners('error')
      const reached = socket.remoteAddress
      if (reached !== undefined && isOpen(reached, target, proxy)) return done({ socket, reader })
      socket.destroy()
      fail(refused(target, reached ?? 'an unknown address'))
    })
  })
}

/** A peer that is gone without a word is noticed by the system's probes, which begin after so long a silence. */
const keepAliveMs = 60_000

function refused(target: HostPort, address: string): CordonError {
  const where = address === target.host ? 'is' : `leads to ${address},`
  return new CordonError(
    'address_refused',
    `${authorityOf(target)} ${where} an address that is not of the public Internet.`,
    {
      hint: `if agents may reach it, add "${target.host}" to \`[network] allow\` of cordon.toml`,
    },
  )
}
