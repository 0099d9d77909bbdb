/** What a proxy goes by, read from the files of its scope. */
import { lookup } from 'node:dns'
import { isDeepStrictEqual } from 'node:util'
import { CordonError } from '../../base/error.ts'
import { readIfThere } from '../../base/file.ts'
import type { Log } from '../../base/log.ts'
import type { LogTail } from '../../base/log-tail.ts'
import { expectAllowed } from '../../config/allowed.ts'
import type { Config } from '../../config/config.ts'
import { parseConfig } from '../../config/load.ts'
import { type NextHopChoice, nextHopOf } from '../../config/next-hop.ts'
import type { Scope } from '../../config/scope.ts'
import { guardOf } from '../../policy/address.ts'
import type { Policy } from '../../proxy/proxy.ts'
import type { Sources } from '../../secrets/sources.ts'
import { type Ca, loadCa } from '../../tls/ca.ts'
import { openLeaves } from '../../tls/leaf.ts'
import { originTrust } from '../../tls/trust.ts'
import { type Context, certsOf, configText, type Placed, suffixOf } from '../context.ts'

/** What stays the same however often the files are read. */
export interface Ground {
  context: Context
  options: Placed
  scope: Scope
  sources: Sources
  log: Log
  tail: LogTail
}

export interface Loaded {
  /** The text of `cordon.toml`. */
  text: string
  config: Config
  ca: Ca
  /** The texts that origins are verified with, besides the system's. */
  roots: readonly (string | undefined)[]
  hop: NextHopChoice
  policy: Policy
  readAt: Date
}

/**
 * Throws all that can be wrong with the configuration, its CA, the roots it names, and the proxy it goes through. What has
 * not changed since `before` is the same object, so that leaves, connections to origins and reads of a store outlast it.
 */
export async function load({ context, options, scope, sources, log }: Ground, before?: Loaded): Promise<Loaded> {
  const { openSecrets } = await import('../../secrets/secrets.ts')
  const text = configText(scope, options)
  const config = parseConfig(text, scope.configPath)
  const commandSuffix = suffixOf(options)
  const ca = caOf(scope, config, commandSuffix)
  expectAllowed(scope, config, commandSuffix)
  const roots = [ca.certPem, ...config.tls.trust.map(readIfThere)]
  const { timeoutMs } = config.secrets
  const { connectTimeoutMs, idleTimeoutMs, allow } = config.network

  const secrets =
    before?.config.secrets.timeoutMs === timeoutMs ? before.policy.secrets : openSecrets({ sources, timeoutMs, log })
  const trust = () => originTrust({ extra: config.tls.trust, exclude: ca.certPem, env: context.env }).context
  const originContext = before && isDeepStrictEqual(roots, before.roots) ? before.policy.originContext : trust()
  const hop =
    before && isSameWay({ config, secrets, originContext }, before)
      ? before.hop
      : nextHopOf(config, { env: context.env, context: originContext, secrets, commandSuffix })
  const policy: Policy = {
    routes: config.routes,
    secrets,
    leaves: before && isSameCa(ca, before.ca) ? before.policy.leaves : openLeaves(ca),
    guard: before && isDeepStrictEqual(allow, before.config.network.allow) ? before.policy.guard : guardOf(allow),
    originContext,
    nextHop: hop.nextHop,
    connectTimeoutMs,
    idleTimeoutMs,
    resolve,
  }
  return { text, config, ca, roots, hop, policy, readAt: new Date() }
}

/** True where there is nothing to take over. */
export function isSame(one: Loaded, other: Loaded): boolean {
  return (
    one.text === other.text && isSameCa(one.ca, other.ca) && one.policy.originContext === other.policy.originContext
  )
}

const isSameCa = (one: Ca, other: Ca) => one.certPem === other.certPem && one.key.equals(other.key)

function isSameWay(
  { config, secrets, originContext }: { config: Config } & Pick<Policy, 'secrets' | 'originContext'>,
  before: Loaded,
): boolean {
  const isSamePolicy = secrets === before.policy.secrets && originContext === before.policy.originContext
  return isSamePolicy && isDeepStrictEqual(config.network, before.config.network)
}

const resolve: Policy['resolve'] = (hostname, options, callback) =>
  lookup(hostname, { ...options, all: true }, callback)

function caOf(scope: Scope, config: Config, suffix: string): Ca {
  try {
    return loadCa(certsOf(scope, config))
  } catch (cause) {
    if (!(cause instanceof CordonError) || cause.code !== 'ca_missing') throw cause
    throw new CordonError(cause.code, cause.message, { hint: `make one with \`cordon setup${suffix}\``, cause })
  }
}
