import type { ToldError } from './told.ts'

/** What a running proxy says of itself. It names secrets and tokens, and holds none. Times are ISO 8601. */
export interface Status {
  running: true
  version: string
  pid: number
  startedAt: string
  uptimeSeconds: number
  lasts: Lasting
  address: string
  port: number
  config: LoadedConfig
  routes: RouteStatus[]
  clients: UseStatus[]
  /** How many requests cordon refused, by error code. */
  refused: Record<string, number>
  lastError?: { code: string; message: string; at: string }
  open: { streams: number; connections: number }
}

/** How long a proxy goes on. One that is `ending` accepts no more, and lets what is under way come to its end. */
export type Lasting = 'until stopped' | 'while commands run' | 'ending'

/** The configuration as it was read last, and how the file stands to it now. */
export interface LoadedConfig {
  path: string
  readAt: string
  /** `faulty`: a change could not be taken over, and `fault` says why; `changed`: it was not looked at yet. */
  state: 'present' | 'changed' | 'faulty'
  fault?: ToldError
  /** What the file says and only another start can do, in sentences. */
  pending: string[]
}

/** What came of a reload that did not fail. */
export interface Renewed {
  outcome: 'renewed' | 'same'
  /** As in `LoadedConfig`. */
  pending: string[]
}

export interface UseStatus {
  name: string
  requests: number
  lastUse?: string
}

export interface RouteStatus extends UseStatus {
  secret: SecretHealth
}

export interface SecretHealth {
  account: string
  state: 'stored' | 'missing' | 'unreadable'
  why?: string | undefined
  /** What mends it, in words that follow "to mend it". */
  mend?: string
}
