/**
 * As much of D-Bus as it takes to put a question to a service of the session bus. Asked this way, a service that hangs
 * costs one socket and ends with its deadline; asked through libdbus it costs a thread, or the event loop. Section names
 * are those of the D-Bus Specification.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type Call, messageLength, messageOf, type Reply, replyIn } from './dbus-message.ts'

export interface SessionBus extends Disposable {
  /** One call at a time. */
  call(call: Call): Promise<Reply>
}

/** Undefined where no session bus can be reached. Rejects when `signal` aborts, and so does every call of the bus. */
export async function connectSessionBus(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<SessionBus | undefined> {
  for (const path of socketPathsOf(env)) {
    const socket = await reach(path, signal)
    if (socket) return greet(socket, signal)
  }
  return undefined
}

/** "Server Addresses": `unix:path=/run/user/1000/bus,guid=...;unix:abstract=/tmp/dbus-x`, values percent-escaped. */
function socketPathsOf({ DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: runtime }: NodeJS.ProcessEnv): string[] {
  if (!address) return runtime ? [`${runtime}/bus`] : []
  return address.split(';').flatMap((one) => {
    const [, key, value] = /^unix:(?:.*,)?(path|abstract)=([^,]+)/.exec(one) ?? []
    if (value === undefined) return []
    return [key === 'abstract' ? `\0${decodeURIComponent(value)}` : decodeURIComponent(value)]
  })
}

async function reach(path: string, signal: AbortSignal): Promise<Socket | undefined> {
  const socket = connect({ path })
  try {
    await once(socket, 'connect', { signal })
    return socket
  } catch {
    socket.destroy()
    signal.throwIfAborted()
    return undefined
  }
}

async function greet(socket: Socket, signal: AbortSignal): Promise<SessionBus> {
  const arrived = pieces(socket, signal)
  let serial = 0

  async function call(one: Call): Promise<Reply> {
    serial += 1
    socket.write(messageOf(one, serial))
    for (;;) {
      const answer = replyIn(await arrived(messageLength))
      if (answer?.to === serial) return answer.reply
    }
  }

  try {
    // "Authentication Protocol": EXTERNAL names the user id, which the bus compares with that of the socket's other end.
    const uid = Buffer.from(String(process.getuid?.() ?? '')).toString('hex')
    socket.write(`\0AUTH EXTERNAL ${uid}\r\n`)
    const answer = await arrived(lineLength)
    if (!answer.toString('latin1').startsWith('OK ')) throw new Error('the session bus refused this user')
    socket.write('BEGIN\r\n')
    await call({ ...theBus, member: 'Hello', signature: '', body: Buffer.alloc(0) })
    return { call, [Symbol.dispose]: () => socket.destroy() }
  } catch (cause) {
    socket.destroy()
    throw cause
  }
}

const theBus = { destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus' }

/** Cuts what arrives into pieces; `lengthOf` tells how long the first piece is, once enough of it is there to know. */
function pieces(socket: Socket, signal: AbortSignal) {
  let held = Buffer.alloc(0)
  return async (lengthOf: (held: Buffer) => number | undefined): Promise<Buffer> => {
    for (;;) {
      const length = lengthOf(held)
      if (length !== undefined && held.length >= length) {
        const piece = held.subarray(0, length)
        held = held.subarray(length)
        return piece
      }
      held = Buffer.concat([held, await nextChunk(socket, signal)])
    }
  }
}

async function nextChunk(socket: Socket, signal: AbortSignal): Promise<Buffer> {
  for (;;) {
    const chunk: Buffer | null = socket.read()
    if (chunk) return chunk
    if (socket.readableEnded || socket.destroyed) throw new Error('the session bus closed the connection')
    await once(socket, 'readable', { signal })
  }
}

function lineLength(held: Buffer): number | undefined {
  const end = held.indexOf('\r\n')
  return end < 0 ? undefined : end + 2
}
