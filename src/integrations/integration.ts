import type { Secret } from '../secrets/secret.ts'
import type { SecretPlace } from '../secrets/source.ts'
import type { JsonPath } from './json-text.ts'

/** What an integration is told. It knows no command line and no proxy: what it writes is handed in. */
export interface IntegrationContext {
  scope: 'project' | 'user'
  cwd: string
  env: NodeJS.ProcessEnv
  /** The private folder of the scope; `integrations/<name>.json` in it remembers how to undo the set-up. */
  stateFolder: string
  /** The proxy and CA variables of the agent. The proxy URL holds the client token, so they are never printed. */
  variables: Readonly<Record<string, string>>
  /** The beginning of a shell command that runs this very cordon, and the options that name its configuration. */
  self: { command: string; options: string }
}

/** One agent that can be set up. A new agent is a new file and a line in the list of `integrations.ts`. */
export interface Integration {
  /** As a person types it. */
  readonly name: string
  /** As a sentence says it. */
  readonly label: string
  /** The scopes that it can be set up in; the first one is meant where a person names none. */
  readonly scopes: readonly ('project' | 'user')[]
  /** Whether its files lead it through cordon, with a client token of its own, or the shell that it is started from. */
  readonly wiring: 'files' | 'shell'
  /** The origins that the agent sends its key to, as it is logged in now; the first one's secret is the agent's key. */
  routes(context: IntegrationContext): readonly AgentRoute[]
  /** Whether the agent's program is on the PATH, or there is what it is known by. */
  isInstalled(context: IntegrationContext): boolean
  /** What is set up where; reads only. */
  detect(context: IntegrationContext): Found
  /** What `apply` would do; reads only. A plan without changes means that everything is as wanted already. */
  plan(context: IntegrationContext): Plan
  /**
   * Writes the plan, whole or not at all. The real key that the plan tells of stays where it is unless `moveKey` is given.
   * Throws `file_changed` where a file is no longer what the plan saw.
   */
  apply(context: IntegrationContext, plan: Plan, moveKey?: MoveKey): Promise<void>
  /** Puts every byte back that `apply` changed; in a file that a person changed since, it takes out only our part. */
  revert(context: IntegrationContext, fetchKey: FetchKey): Promise<Reverted>
  /** The proxy URL that stands in the agent's files, with its client token; undefined when none does. */
  proxyUrl(context: IntegrationContext): string | undefined
  /**
   * Stops the agent's background process where it lives on in another environment than its files give: an older one, or
   * cordon's after `revert`. True when there was one. Throws `daemon_not_stopped`.
   */
  stopStaleDaemon(context: IntegrationContext): Promise<boolean>
}

/** A route that an agent needs; without `paths` every path of the host. */
export interface AgentRoute {
  name: string
  host: string
  paths?: readonly string[]
}

/** Puts a key into the secret store and tells where it now lies. */
export type MoveKey = (key: Secret) => Promise<SecretPlace>
export type FetchKey = (place: SecretPlace) => Promise<Secret | undefined>

export interface Plan {
  /** In the order in which they are written. */
  changes: Change[]
  /** Sentences about what a person chose and the plan leaves alone. */
  notices: string[]
  /** What is left for the person to do, as commands. */
  next: string[]
  /** A login file that holds a real API key, and what becomes of the file when `apply` is given a `moveKey`. */
  realKey: { path: string; key: Secret; change: Change } | undefined
}

/** One file before and after, for a diff and for `apply`. A real key in `before` is replaced by a mark. */
export interface Change {
  path: string
  before: string | undefined
  after: string | undefined
  mode: number
  note?: string
  part: Part
}

/** How our part of a file is told from the person's, should both have written to it. */
export type Part =
  | BlockPart
  | { kind: 'keys'; keys: SetKey[] }
  | JsonPart
  | { kind: 'login'; place?: SecretPlace }
  | { kind: 'whole' }

/**
 * Lines between two of ours, each as a digest; in a file that several agents share, `owner` says whose they are. A record of
 * an earlier version has no lines, and all that is in its block is ours.
 */
export interface BlockPart {
  kind: 'block'
  owner?: string
  lines?: string[]
}

/** A key of a TOML file that we set, and the text of its value before. Ours is kept as a digest, for a client token may be in it. */
export interface SetKey {
  path: string[]
  wrote: string
  previous?: string
}

/**
 * Our part of a JSON file: values, items of arrays, the objects and arrays that were made for them, and what stood between the
 * brackets of those that were there and had nothing in them.
 */
export interface JsonPart {
  kind: 'json'
  keys: SetJson[]
  items: { path: JsonPath; wrote: string }[]
  made: JsonPath[]
  empty: { path: JsonPath; inner: string }[]
}

/** A value of a JSON file that we set, as a digest, and the text of what was there before. */
export interface SetJson {
  path: JsonPath
  wrote: string
  previous?: string
}

export interface Found {
  /** The agent's home, where its settings are. */
  home: string
  /** `stale` when what is written there is not what is wanted now, such as the port of another day. */
  state: 'absent' | 'current' | 'stale'
  /** The files that differ from what is wanted. */
  differs: string[]
  /** A login file with a real API key in it. */
  realKey: { path: string } | undefined
  daemon: AgentDaemon
}

/** A background process of the agent; its environment is the one it was started with. */
export type AgentDaemon = { state: 'none' } | { state: 'current'; pid: number } | { state: 'stale'; pid: number }

export interface Reverted {
  /** Files that are again as they were, or gone where there was none. */
  restored: string[]
  /** Sentences about what could not be put back as it was, and why. */
  notices: string[]
}
