import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Reader } from './reader.ts'

/**
 * Carries bytes both ways, unread and with back-pressure, until both sides have ended. One side's end is passed on as an
 * end (the other may still be sending); one side's failure breaks the other.
 */
export function relay(one: Duplex, other: Duplex): void {
  other.pipe(one)
  bind(one, other)
}

/** The same for a client and a socket that was connected for a reader. */
export function relayRead(client: Duplex, origin: Socket, reader: Reader): void {
  reader.pour(origin, client)
  bind(client, origin)
}

function bind(one: Duplex, other: Duplex): void {
  // A client may have left while its origin was being dialled; it will not say so again.
  if (one.destroyed) other.destroy()
  if (other.destroyed) one.destroy()
  one.pipe(other)
  breakTogether(one, other)
  breakTogether(other, one)
}

function breakTogether(one: Duplex, other: Duplex): void {
  one.on('error', () => other.destroy())
  // A socket that closed without having ended was reset: what the other side has of it must not look whole.
  one.on('close', () => {
    if (!one.readableEnded || !one.writableFinished) other.destroy()
  })
}
