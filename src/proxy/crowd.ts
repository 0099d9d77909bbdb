/**
 * What becomes of more clients than there are file descriptors for. When none is left, Node accepts a connection and
 * closes it at once, and the client never learns why; so some are kept back to tell it.
 */
import type { Socket } from 'node:net'
import { CordonError } from '../base/error.ts'

export interface Room {
  /** So many clients are served at once: each takes a descriptor, and its origin another. */
  clients: number
  /** So many more are heard before they are turned away; who comes then is told so at once. */
  heard: number
}

/** A third is for those who are turned away, and for files; on the usual limits that is more than anybody needs. */
export function roomWithin(descriptors: number): Room {
  const keptBack = Math.min(1024, Math.floor(descriptors / 3))
  return { clients: Math.floor((descriptors - keptBack) / 2), heard: Math.floor(keptBack / 4) }
}

/** The limit of this process, which Node has raised to the highest allowed; Windows has none. */
export function descriptorLimit(): number {
  // A report looks names up unless it is told not to.
  Object.assign(process.report, { excludeNetwork: true })
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files: { soft: number | 'unlimited' } } }
  const soft = userLimits?.open_files.soft ?? 'unlimited'
  return soft === 'unlimited' ? 1_000_000 : soft
}

/** Clients that came when there was no room. Each is answered once, with `tooMany`. */
export class TurnedAway {
  readonly #sockets = new WeakSet<Socket>()

  add(socket: Socket): void {
    this.#sockets.add(socket)
    // One that asks for nothing must not keep the place of one that does.
    socket.setTimeout(sayMs, () => socket.destroy())
  }

  has(socket: Socket): boolean {
    return this.#sockets.has(socket)
  }
}

const sayMs = 2000

export function tooMany(): CordonError {
  return new CordonError('too_many_connections', 'cordon has as many connections open as the system lets it have.', {
    hint: 'close agents that are not used, or raise the limit of open files (`ulimit -n`) and start cordon again',
  })
}
