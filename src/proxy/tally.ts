/** What came by, in whole numbers: counting costs a request two lookups by name and nothing that is kept for it. */
import type { CordonError } from '../base/error.ts'
import type { Client } from './client.ts'

/** How often something was used, and when last, in milliseconds since the epoch. */
export interface Use {
  requests: number
  lastMs: number
}

export interface LastError {
  code: string
  message: string
  atMs: number
}

export class Tally {
  readonly #routes = new Map<string, Use>()
  readonly #clients = new Map<string, Use>()
  readonly #refused = new Map<string, number>()
  #lastError: LastError | undefined

  /** By name; a route of which nothing came has none. */
  get routes(): ReadonlyMap<string, Use> {
    return this.#routes
  }

  /** By the name of their token. */
  get clients(): ReadonlyMap<string, Use> {
    return this.#clients
  }

  /** By error code. */
  get refused(): ReadonlyMap<string, number> {
    return this.#refused
  }

  get lastError(): LastError | undefined {
    return this.#lastError
  }

  /** A request that may pass; `route` where it gets a credential. */
  admit(client: Client, route: string | undefined): void {
    const now = Date.now()
    if (client.kind === 'known') count(this.#clients, client.name, now)
    if (route !== undefined) count(this.#routes, route, now)
  }

  /** An answer of cordon's own. A client that left was refused nothing. */
  refuse({ code, message }: CordonError): void {
    if (code === 'client_left') return
    this.#refused.set(code, (this.#refused.get(code) ?? 0) + 1)
    // git and curl show their token when they are asked for it, and not before.
    if (code !== 'token_missing') this.#lastError = { code, message, atMs: Date.now() }
  }
}

function count(uses: Map<string, Use>, name: string, now: number): void {
  const use = uses.get(name)
  if (!use) return void uses.set(name, { requests: 1, lastMs: now })
  use.requests += 1
  use.lastMs = now
}
