/**
 * D-Bus messages: enough of the "Type System" and the "Message Protocol" of the D-Bus Specification to call a method and
 * to read what it answered. Numbers are written little-endian, as the first byte of every message says; every value
 * begins at a multiple of its own alignment.
 */
import { Buffer } from 'node:buffer'
import { endianness } from 'node:os'

/** One method to call. `body` is already marshalled, as `signature` says. */
export interface Call {
  destination: string
  path: string
  interface: string
  member: string
  signature: string
  body: Buffer
}

/** What came back: the values of the method, or the name of the error that it or the bus answered with. */
export type Reply = { kind: 'return'; body: Reader } | { kind: 'error'; name: string }

const types = { methodCall: 1, methodReturn: 2, error: 3 }
const headerFields = { path: 1, interface: 2, member: 3, errorName: 4, replySerial: 5, destination: 6, signature: 8 }
const fixedPart = 16

/** A METHOD_CALL as its bytes. */
export function messageOf(call: Call, serial: number): Buffer {
  const fields = new Writer()
  const field = (code: number, type: 'o' | 's' | 'g', value: string) => {
    fields.align(8).byte(code).signature(type)
    if (type === 'g') fields.signature(value)
    else fields.string(value)
  }
  field(headerFields.path, 'o', call.path)
  field(headerFields.interface, 's', call.interface)
  field(headerFields.member, 's', call.member)
  field(headerFields.destination, 's', call.destination)
  if (call.signature) field(headerFields.signature, 'g', call.signature)
  const head = new Writer().bytes('l'.charCodeAt(0), types.methodCall, 0, 1)
  head.uint32(call.body.length).uint32(serial).uint32(fields.length).raw(fields.buffer()).align(8)
  return Buffer.concat([head.buffer(), call.body])
}

/** How long the message is that `held` begins with, or undefined while too little of it is there to tell. */
export function messageLength(held: Buffer): number | undefined {
  if (held.length < fixedPart) return undefined
  if (held[0] !== 'l'.charCodeAt(0))
    throw new Error(`a D-Bus message in another byte order (this machine is ${endianness()})`)
  return aligned(fixedPart + held.readUInt32LE(12), 8) + held.readUInt32LE(4)
}

/** The reply in a whole message and the serial it answers, or undefined for a signal or a call. */
export function replyIn(message: Buffer): { to: number; reply: Reply } | undefined {
  const type = message[1]
  if (type !== types.methodReturn && type !== types.error) return undefined
  const end = fixedPart + message.readUInt32LE(12)
  const reader = new Reader(message, fixedPart)
  let to = 0
  let name = ''
  while (reader.at < end) {
    const code = reader.align(8).byte()
    const value = reader.variant()
    if (code === headerFields.replySerial) to = Number(value)
    if (code === headerFields.errorName) name = String(value)
  }
  const body = new Reader(message.subarray(aligned(end, 8)))
  return { to, reply: type === types.error ? { kind: 'error', name } : { kind: 'return', body } }
}

/** The body of a call whose one argument is a dictionary of strings (`a{ss}`). */
export function dictionaryBody(entries: Record<string, string>): Buffer {
  const pairs = new Writer()
  for (const [key, value] of Object.entries(entries)) pairs.align(8).string(key).string(value)
  return new Writer().uint32(pairs.length).align(8).raw(pairs.buffer()).buffer()
}

/** The body of a call whose arguments are strings (`s`, `ss`, ...). */
export function stringsBody(...texts: string[]): Buffer {
  const body = new Writer()
  for (const text of texts) body.string(text)
  return body.buffer()
}

class Writer {
  readonly #parts: Buffer[] = []
  length = 0

  raw(bytes: Buffer): this {
    this.#parts.push(bytes)
    this.length += bytes.length
    return this
  }

  bytes(...values: number[]): this {
    return this.raw(Buffer.from(values))
  }

  byte(value: number): this {
    return this.bytes(value)
  }

  align(border: number): this {
    return this.raw(Buffer.alloc(aligned(this.length, border) - this.length))
  }

  uint32(value: number): this {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(value)
    return this.align(4).raw(bytes)
  }

  string(text: string): this {
    const bytes = Buffer.from(text, 'utf8')
    return this.uint32(bytes.length).raw(bytes).byte(0)
  }

  signature(text: string): this {
    return this.byte(text.length).raw(Buffer.from(text, 'latin1')).byte(0)
  }

  buffer(): Buffer {
    return Buffer.concat(this.#parts)
  }
}

/** Reads the values of a message in the order they stand in it. */
export class Reader {
  readonly #bytes: Buffer
  at: number

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes
    this.at = at
  }

  align(border: number): this {
    this.at = aligned(this.at, border)
    return this
  }

  byte(): number {
    return this.#bytes.readUInt8(this.at++)
  }

  uint32(): number {
    const value = this.#bytes.readUInt32LE(this.align(4).at)
    this.at += 4
    return value
  }

  string(): string {
    return this.#text(this.uint32())
  }

  variant(): string | number | boolean {
    const type = this.#text(this.byte())
    if (type === 's' || type === 'o') return this.string()
    if (type === 'g') return this.#text(this.byte())
    if (type === 'u') return this.uint32()
    if (type === 'b') return this.uint32() === 1
    throw new Error(`a D-Bus value of type ${type}, which was not asked for`)
  }

  /** An array of object paths (`ao`). */
  paths(): string[] {
    const length = this.uint32()
    const end = this.at + length
    const found: string[] = []
    while (this.at < end) found.push(this.string())
    return found
  }

  #text(length: number): string {
    const text = this.#bytes.toString('utf8', this.at, this.at + length)
    this.at += length + 1
    return text
  }
}

const aligned = (offset: number, border: number) => Math.ceil(offset / border) * border
