/**
 * Which addresses a target without a route may lead to. An agent chooses such targets freely, so the special-purpose
 * ranges (loopback, private, link-local with the clouds' metadata services, carrier-grade NAT, ...) are closed unless
 * `[network] allow` of `cordon.toml` opens them. IPv6 forms that carry an IPv4 address are judged by that address.
 */
import { BlockList, isIPv4, isIPv6 } from 'node:net'
import { type Host, parseHost } from '../base/names.ts'
import { coversHost } from './match.ts'
import type { HostPattern } from './route.ts'

/** RFC 6890 and the registries that follow it: nothing here is an address of the public Internet. */
const specialIPv4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]
const specialIPv6 = [
  '::/128',
  '::1/128',
  '64:ff9b:1::/48',
  '100::/64',
  '2001:db8::/32',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
]

const special = blockListOf([...specialIPv4, ...specialIPv6])

/** True for an address that is not of the public Internet, in whatever form it is written. */
export function isSpecial(address: string): boolean {
  const carried = carriedIPv4(address)
  return carried === undefined ? isIn(special, address) : isIn(special, carried)
}

/**
 * The IPv4 address inside an IPv6 one: mapped and compatible (RFC 4291 §2.5.5), NAT64 (RFC 6052), 6to4 (RFC 3056),
 * Teredo (RFC 4380 §4, where it is stored inverted), ISATAP (RFC 5214).
 */
function carriedIPv4(address: string): string | undefined {
  if (!isIPv6(address)) return undefined
  const words = wordsOf(address)
  const [first = 0, second = 0] = words
  const low: [number, number] = [words[6] ?? 0, words[7] ?? 0]
  if (words.slice(0, 5).every((word) => word === 0) && (words[5] === 0xffff || (words[5] === 0 && low[0] !== 0)))
    return dotted(low)
  if (words.slice(0, 4).every((word) => word === 0) && words[4] === 0xffff && words[5] === 0) return dotted(low)
  if (first === 0x64 && second === 0xff9b && words.slice(2, 6).every((word) => word === 0)) return dotted(low)
  if (first === 0x2002) return dotted([second, words[2] ?? 0])
  if (first === 0x2001 && second === 0) return dotted([low[0] ^ 0xffff, low[1] ^ 0xffff])
  if ((words[4] === 0 || words[4] === 0x200) && words[5] === 0x5efe) return dotted(low)
  return undefined
}

/** True for this machine itself, by name (RFC 6761 §6.3) or by address. */
export function isLoopback(host: Host): boolean {
  if (isIPv4(host) || isIPv6(host)) return isIn(loopback, carriedIPv4(host) ?? host)
  return host === 'localhost' || host.endsWith('.localhost')
}

// The unspecified address leads to this machine too.
const loopback = blockListOf(['127.0.0.0/8', '0.0.0.0', '::1', '::'])

/**
 * True for a name that belongs to a network and not to the Internet: one label alone, and the domains that RFC 6761, RFC 6762,
 * RFC 8375 and ICANN keep for private use, that of the clouds' metadata services among them.
 */
export function isSpecialName(host: Host): boolean {
  return !host.includes('.') || /\.(localhost|localdomain|local|internal|home\.arpa)$/.test(host)
}

/** True for an address with the length of a prefix, such as `10.0.0.0/8`. */
export function isRange(text: string): boolean {
  const [, address = '', bits = ''] = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? []
  return (isIPv4(address) && Number(bits) <= 32) || (isIPv6(address) && Number(bits) <= 128)
}

/** Tells of an address whether a range covers it. */
export function rangeOf(range: string): (address: string) => boolean {
  const list = blockListOf([range])
  return (address) => isIn(list, carriedIPv4(address) ?? address)
}

/** The eight 16-bit words of an IPv6 address. */
function wordsOf(address: string): number[] {
  const plain = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  const [head = '', tail] = plain.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail ? tail.split(':') : []
  const gap = tail === undefined ? 0 : 8 - before.length - after.length
  return [...before, ...Array<string>(gap).fill('0'), ...after].map((word) => Number.parseInt(word, 16))
}

const dotted = ([high, low]: [number, number]) => `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`

/** What `[network] allow` opens: host names, `*.names`, addresses and CIDR ranges. */
export interface NetworkGuard {
  allowsHost(host: Host): boolean
  allowsAddress(address: string): boolean
}

/** Throws a `TypeError` on an entry that is none of the four; the configuration has checked them before. */
export function guardOf(allow: readonly string[]): NetworkGuard {
  const ranges = allow.filter((entry) => entry.includes('/') || isIPv4(entry) || isIPv6(entry))
  const hosts = allow.filter((entry) => !ranges.includes(entry)).map(patternOf)
  const open = blockListOf(ranges)
  return {
    allowsHost: (host) => hosts.some((pattern) => coversHost(pattern, host)),
    allowsAddress: (address) => !isSpecial(address) || isIn(open, carriedIPv4(address) ?? address),
  }
}

function patternOf(text: string): HostPattern {
  const host = parseHost(text.startsWith('*.') ? text.slice(2) : text)
  if (host === undefined) throw new TypeError(`"${text}" is neither a host, an address nor a range`)
  return text.startsWith('*.') ? { kind: 'below', parent: host } : { kind: 'exact', host }
}

function blockListOf(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    const family = familyOf(address)
    list.addSubnet(address, bits === undefined ? (family === 'ipv4' ? 32 : 128) : Number(bits), family)
  }
  return list
}

const isIn = (list: BlockList, address: string) => list.check(address, familyOf(address))

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4'
}
