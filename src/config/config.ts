/** What `cordon.toml` says, as values of the rooms below. */
import type { Exception } from '../policy/exception.ts'
import type { Route } from '../policy/route.ts'
import type { SecretPlace } from '../secrets/source.ts'
import type { ProxyUrl } from './proxy-url.ts'

export interface Config {
  /** Absolute. */
  path: string
  /** The port on 127.0.0.1. */
  listen: number
  tls: ConfigTls
  routes: readonly Route<SecretPlace>[]
  network: ConfigNetwork
  secrets: { timeoutMs: number }
}

/** Paths are absolute. Without `caCert` and `caKey` the folder of the scope decides. */
export interface ConfigTls {
  enabled: boolean
  caCert: string | undefined
  caKey: string | undefined
  trust: readonly string[]
}

export interface ConfigNetwork {
  /** Hosts (`name`, `*.name`), addresses and ranges, canonical, that may be reached without a route although private. */
  allow: readonly string[]
  /** The HTTP proxy that leads to the Internet; what else may name one, `nextHopOf` knows. */
  proxy: ProxyUrl | undefined
  proxyAuth: { username: string; secret: SecretPlace } | undefined
  noProxy: readonly Exception[]
  connectTimeoutMs: number
  /** Undefined lets a silent tunnel be. */
  idleTimeoutMs: number | undefined
}
