/** ASN.1 in DER (X.690), through the encoder of node-forge, which keeps bytes in strings of the code points 0 to 255. */
import type { asn1 as types } from 'node-forge'
import asn1 from 'node-forge/lib/asn1.js'

export type Node = types.Asn1

export const sequence = (...parts: Node[]): Node => universal(asn1.Type.SEQUENCE, true, parts)
export const setOf = (part: Node): Node => universal(asn1.Type.SET, true, [part])
/** A positive integer; its first bit must be zero. */
export const integer = (value: Buffer): Node => universal(asn1.Type.INTEGER, false, binary(value))
export const yes = (): Node => universal(asn1.Type.BOOLEAN, false, '\xff')
export const nothing = (): Node => universal(asn1.Type.NULL, false, '')
export const octets = (value: Buffer): Node => universal(asn1.Type.OCTETSTRING, false, binary(value))
/** A bit string whose last `unused` bits do not count. */
export const bits = (value: Buffer, unused = 0): Node =>
  universal(asn1.Type.BITSTRING, false, binary(Buffer.concat([Buffer.of(unused), value])))
export const text = (value: string): Node => universal(asn1.Type.UTF8, false, binary(Buffer.from(value, 'utf8')))
export const identifier = (id: string): Node => universal(asn1.Type.OID, false, asn1.oidToDer(id).getBytes())

/** RFC 5280 §4.1.2.5: UTCTime until 2049, GeneralizedTime from 2050 on; whole seconds. */
export function time(date: Date): Node {
  if (date.getUTCFullYear() < 2050) return universal(asn1.Type.UTCTIME, false, asn1.dateToUtcTime(date))
  return universal(asn1.Type.GENERALIZEDTIME, false, asn1.dateToGeneralizedTime(date))
}

/** A context-specific tag around its parts, as EXPLICIT writes it. */
export const explicit = (tag: number, part: Node): Node => asn1.create(asn1.Class.CONTEXT_SPECIFIC, tag, true, [part])
/** A context-specific tag in the place of a sequence's own, as IMPLICIT writes it. */
export const tagged = (tag: number, parts: Node[]): Node => asn1.create(asn1.Class.CONTEXT_SPECIFIC, tag, true, parts)
/** A context-specific tag in the place of a string's own, as IMPLICIT writes it. */
export const implicit = (tag: number, value: Buffer): Node =>
  asn1.create(asn1.Class.CONTEXT_SPECIFIC, tag, false, binary(value))

export const encode = (node: Node): Buffer => bytes(asn1.toDer(node).getBytes())
// A bit string is left as it is: one P-256 point in 256 happens to look like DER too.
export const decode = (der: Buffer): Node => asn1.fromDer(binary(der), { decodeBitStrings: false })
/** The parts of a constructed node; none for any other. */
export const partsOf = (node: Node | undefined): Node[] => (Array.isArray(node?.value) ? node.value : [])
/** The content of a primitive node; undefined for any other. */
export const contentOf = (node: Node | undefined): Buffer | undefined =>
  typeof node?.value === 'string' ? bytes(node.value) : undefined
export const isTagged = ({ tagClass, type }: Node, tag: number): boolean =>
  tagClass === asn1.Class.CONTEXT_SPECIFIC && type === tag

const universal = (type: types.Type, constructed: boolean, value: string | Node[]) =>
  asn1.create(asn1.Class.UNIVERSAL, type, constructed, value)
const binary = (value: Buffer) => value.toString('latin1')
const bytes = (value: string) => Buffer.from(value, 'latin1')
