/**
 * X.509 certificates (RFC 5280), encoded by node-forge and signed by node:crypto: forge itself signs with RSA alone and in
 * JavaScript, but the keys here are P-256, and a leaf is made while a client waits in its handshake.
 */
import { createPublicKey, generateKeyPairSync, hash, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIP, isIPv4 } from 'node:net'
import {
  bits,
  contentOf,
  decode,
  encode,
  explicit,
  identifier,
  implicit,
  integer,
  isTagged,
  type Node,
  nothing,
  octets,
  partsOf,
  sequence,
  setOf,
  tagged,
  text,
  time,
  yes,
} from './der.ts'

/** What one certificate says. Times are cut to whole seconds. */
export interface Statement {
  /** Common name of the subject, at most 64 characters. Undefined leaves the subject empty, and the names speak alone. */
  commonName: string | undefined
  publicKey: KeyObject
  notBefore: Date
  notAfter: Date
  use: Use
}

/**
 * A CA signs leaves and no further CA; with `only` it vouches for nothing but those names. A server answers for `names`.
 * Each name is a DNS name or an IP address without brackets.
 */
export type Use = { kind: 'ca'; only?: readonly string[] } | { kind: 'server'; names: readonly string[] }

/** Who says it: the subject of its certificate byte for byte (DER), the id of its key (RFC 5280 §4.2.1.2), its private key. */
export interface Issuer {
  subject: Buffer
  keyId: Buffer
  key: KeyObject
}

/** A new P-256 private key: every TLS library reads it, and it signs fast. */
export function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
}

/** A certificate in PEM. The issuer's key is EC or RSA; any other throws. */
export function issue(statement: Statement, issuer: Issuer): string {
  const subject = { name: nameOf(statement.commonName), keyId: keyIdOf(statement.publicKey) }
  return certify(statement, subject, issuer)
}

/** A second certificate in PEM for the issuer itself, of the same name and key: whatever it signs chains to either. */
export function reissue(statement: Omit<Statement, 'publicKey' | 'commonName'>, issuer: Issuer): string {
  const subject = { name: decode(issuer.subject), keyId: issuer.keyId }
  return certify({ ...statement, publicKey: createPublicKey(issuer.key) }, subject, issuer)
}

interface Subject {
  name: Node
  keyId: Buffer
}

function certify(statement: Omit<Statement, 'commonName'>, subject: Subject, issuer: Issuer): string {
  const algorithm = algorithmOf(issuer.key)
  const signed = sequence(
    explicit(0, integer(Buffer.of(2))),
    integer(serialNumber()),
    algorithm,
    decode(issuer.subject),
    sequence(time(statement.notBefore), time(statement.notAfter)),
    subject.name,
    decode(spkiOf(statement.publicKey)),
    explicit(3, sequence(...extensionsOf(statement.use, subject, issuer))),
  )
  return pemOf(encode(sequence(signed, algorithm, bits(sign('sha256', encode(signed), issuer.key)))))
}

/** A certificate in PEM that `key` signs for itself. */
export function issueRoot(statement: Omit<Statement, 'publicKey'>, key: KeyObject): string {
  const publicKey = createPublicKey(key)
  return issue(
    { ...statement, publicKey },
    { subject: encode(nameOf(statement.commonName)), keyId: keyIdOf(publicKey), key },
  )
}

/** The issuer that a certificate (DER) and its private key make; the certificate may be another program's work. */
export function issuerOf(certificate: Buffer, key: KeyObject): Issuer {
  const fields = partsOf(partsOf(decode(certificate))[0])
  const subject = fields[5]
  if (subject === undefined) throw new Error('The certificate has no subject.')
  return { subject: encode(subject), keyId: statedKeyId(fields) ?? keyIdOf(createPublicKey(key)), key }
}

const oid = {
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  sha256WithRsa: '1.2.840.113549.1.1.11',
}

// Python 3.13 sets OpenSSL's X509_V_FLAG_X509_STRICT: what RFC 5280 §4.2.1 demands must be there, and critical where it says so.
function extensionsOf(use: Use, subject: Subject, issuer: Issuer): Node[] {
  const ids = [
    extension(oid.subjectKeyIdentifier, octets(subject.keyId)),
    extension(oid.authorityKeyIdentifier, sequence(implicit(0, issuer.keyId))),
  ]
  switch (use.kind) {
    case 'ca': {
      const noCaBelow = sequence(yes(), integer(Buffer.of(0)))
      const keyCertSignAndCrlSign = bits(Buffer.of(0b0000_0110), 1)
      const constraints = use.only === undefined ? [] : constraintsTo(use.only)
      return [
        critical(oid.basicConstraints, noCaBelow),
        critical(oid.keyUsage, keyCertSignAndCrlSign),
        ...constraints,
        ...ids,
      ]
    }
    case 'server': {
      const names = sequence(...use.names.map(alternativeName))
      return [
        critical(oid.keyUsage, bits(Buffer.of(0b1000_0000), 7)),
        forServers(),
        // RFC 5280 §4.2.1.6: beside an empty subject the names are critical.
        partsOf(subject.name).length === 0 ? critical(oid.subjectAltName, names) : extension(oid.subjectAltName, names),
        ...ids,
      ]
    }
  }
}

const forServers = () => extension(oid.extKeyUsage, sequence(identifier(oid.serverAuth)))

/**
 * RFC 5280 §4.2.1.10: of the kind of name that is permitted, every other is not; a kind of which none is permitted has to
 * be excluded whole. A name permits those below it too. What is no server has no business here at all.
 */
function constraintsTo(names: readonly string[]): Node[] {
  const dns = names.filter((name) => isIP(name) === 0).map((name) => subtree(alternativeName(name)))
  const addresses = names.filter((name) => isIP(name) !== 0).map((name) => subtree(implicit(7, withMask(name))))
  const permitted = [...dns, ...addresses]
  const excluded = [
    ...(dns.length === 0 ? [subtree(implicit(2, Buffer.alloc(0)))] : []),
    ...(addresses.length === 0 ? [8, 32].map((octetCount) => subtree(implicit(7, Buffer.alloc(octetCount)))) : []),
  ]
  const lists = [permitted, excluded].flatMap((list, tag) => (list.length === 0 ? [] : [tagged(tag, list)]))
  return [critical(oid.nameConstraints, sequence(...lists)), forServers()]
}

const subtree = (base: Node) => sequence(base)
const withMask = (address: string) => {
  const octetsOfAddress = addressOctets(address)
  return Buffer.concat([octetsOfAddress, Buffer.alloc(octetsOfAddress.length, 0xff)])
}

const extension = (id: string, value: Node) => sequence(identifier(id), octets(encode(value)))
const critical = (id: string, value: Node) => sequence(identifier(id), yes(), octets(encode(value)))

function alternativeName(name: string): Node {
  return isIP(name) === 0 ? implicit(2, Buffer.from(name, 'latin1')) : implicit(7, addressOctets(name))
}

function addressOctets(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  // URL writes every IPv6 address in hexadecimal groups, where `::` stands for as many zeros as are missing of eight.
  const groups = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::').map(groupsOf)
  const [head = [], tail = []] = groups
  const all = [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail]
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex')
}

const groupsOf = (part: string) => (part === '' ? [] : part.split(':'))

function algorithmOf(key: KeyObject): Node {
  switch (key.asymmetricKeyType) {
    case 'ec':
      return sequence(identifier(oid.ecdsaWithSha256))
    case 'rsa':
      return sequence(identifier(oid.sha256WithRsa), nothing())
    default:
      throw new Error(`A key of type ${key.asymmetricKeyType} signs no certificate here.`)
  }
}

/** RFC 5280 §4.1.2.2: positive, at most 20 octets. These are 16, of which 126 bits are random, so none comes twice. */
function serialNumber(): Buffer {
  const serial = randomBytes(16)
  serial.writeUInt8((serial.readUInt8(0) & 0b0011_1111) | 0b0100_0000, 0)
  return serial
}

/** RFC 7093 §2 (1): the leftmost 160 bits of the SHA-256 of the public key's bits, without the count of unused ones. */
function keyIdOf(publicKey: KeyObject): Buffer {
  const keyBits = contentOf(partsOf(decode(spkiOf(publicKey)))[1])
  if (keyBits === undefined) throw new Error('The public key has no bits.')
  return hash('sha256', keyBits.subarray(1), 'buffer').subarray(0, 20)
}

function statedKeyId(fields: readonly Node[]): Buffer | undefined {
  const list = partsOf(partsOf(fields.find((field) => isTagged(field, 3)))[0])
  const wanted = contentOf(identifier(oid.subjectKeyIdentifier))
  const found = list.find((one) => wanted !== undefined && contentOf(partsOf(one)[0])?.equals(wanted))
  const value = contentOf(partsOf(found).at(-1))
  return value && contentOf(decode(value))
}

const nameOf = (commonName: string | undefined): Node =>
  commonName === undefined ? sequence() : sequence(setOf(sequence(identifier(oid.commonName), text(commonName))))

const spkiOf = (publicKey: KeyObject) => publicKey.export({ type: 'spki', format: 'der' })

function pemOf(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
