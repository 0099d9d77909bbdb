import type { Duplex } from 'node:stream'
import type { Log } from '../base/log.ts'
import { authorityOf, type HostPort } from '../base/names.ts'
import { type Client, type ClientTokens, isStillKnown } from './client.ts'

const lookMs = 1000

interface Watched {
  tokens: ClientTokens
  log: Log
}

interface Open {
  client: Client
  target: HostPort | undefined
}

/**
 * Ends the connections of a client whose token was taken away, and with them what may stay open on them for hours: a
 * WebSocket, an answer under way. Nothing is done for a request or a byte: once a second, while such connections are open,
 * the tokens are asked whether they have changed.
 */
export class OpenClients {
  readonly #proxy: Watched
  readonly #open = new Map<Duplex, Open>()
  #timer: NodeJS.Timeout | undefined
  #revision = 0

  constructor(proxy: Watched) {
    this.#proxy = proxy
  }

  /** A connection on which this client's requests come; `target` is where its tunnel leads. A client that is not known has nothing to lose. */
  add(connection: Duplex, client: Client, target?: HostPort): void {
    if (client.kind !== 'known' || connection.destroyed) return
    if (!this.#open.has(connection)) connection.once('close', () => this.#remove(connection))
    this.#open.set(connection, { client, target })
    if (this.#timer) return
    this.#revision = client.revision
    this.#timer = setInterval(() => this.#look(), lookMs).unref()
  }

  #remove(connection: Duplex): void {
    this.#open.delete(connection)
    if (this.#open.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #look(): void {
    const { tokens, log } = this.#proxy
    const revision = tokens.revision()
    if (revision === this.#revision) return
    this.#revision = revision
    for (const [connection, { client, target }] of this.#open) {
      if (client.kind !== 'known' || isStillKnown(client, tokens)) continue
      const facts = { authority: target && authorityOf(target), client: client.name, code: 'token_unknown' }
      log.warn(facts, 'connection ended')
      connection.destroy()
    }
  }
}
