/**
 * What the way of a request needs to know. All of it is handed in as values: the proxy reads no file, no environment and
 * no terminal.
 */
import type { Log } from '../base/log.ts'
import type { Route } from '../policy/route.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { SecretPlace } from '../secrets/source.ts'
import type { Leaves } from '../tls/leaf.ts'
import type { ClientTokens } from './client.ts'
import type { Dialling } from './connector.ts'
import type { OpenClients } from './open-clients.ts'
import type { Origins } from './origins.ts'
import type { Tally } from './tally.ts'
import type { UnderWay } from './under-way.ts'

export type CredentialRoute = Route<SecretPlace>

/** What may change while the proxy runs: which requests get which credential, and how origins are reached. */
export interface Policy extends Omit<Dialling, 'isSelf'> {
  routes: readonly CredentialRoute[]
  secrets: Secrets
  leaves: Leaves
}

export interface ProxyValues extends Policy {
  /** The port on 127.0.0.1; 0 takes a free one. */
  port: number
  /** The user name of client tokens: the name of the scope this proxy serves. */
  audience: string
  tokens: ClientTokens
  log: Log
  /** Appended to every command that an error names, such as ` --scope user`. */
  commandSuffix: string
  version: string
}

/** The values, and what this proxy keeps between requests. */
export interface Proxy extends ProxyValues, Dialling {
  origins: Origins
  /** Who has connections open; a token that is taken away ends them. */
  openClients: OpenClients
  /** Requests whose answer is not over, and WebSockets; a stop waits for them, and for no idle connection. */
  underWay: UnderWay
  tally: Tally
}
