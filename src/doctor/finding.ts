import type { Config } from '../config/config.ts'
import type { Scope } from '../config/scope.ts'
import type { Integration, IntegrationContext } from '../integrations/integration.ts'
import type { Sources } from '../secrets/sources.ts'

/** What one look found. A failure stops something from working; a warning may, one day. */
export interface Finding {
  /** What was looked at, in a word or two. */
  check: string
  state: 'ok' | 'warning' | 'failure'
  sentence: string
  /** The command or step that mends it, in words that follow "to mend it". */
  mend?: string
}

/** What every check stands on. It is there only when `cordon.toml` could be read; without it there is nothing to check. */
export interface Ground {
  scope: Scope
  config: Config
  certs: { caCert: string; caKey: string }
  env: NodeJS.ProcessEnv
  sources: Sources
  /** What an agent is told throws where its files, or the client tokens, cannot be read. */
  agents: readonly { agent: Integration; contextOf(): IntegrationContext }[]
  /** The services of this user that run this configuration, and those with a user of their own that are `for` this one. */
  services: readonly { name: string; for?: string; isStale: boolean; state: string }[]
  /** Whether probes may send a request with the credential. */
  maySend: boolean
  /** Appended to every command that a finding names. */
  suffix: string
}

/** One kind of look. It never throws for what it finds; a throw is a bug. */
export type Check = (ground: Ground) => Promise<Finding[]> | Finding[]
