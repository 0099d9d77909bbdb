/** What a proxy goes by, read from the files of its scope. */
import { lookup } from 'node:dns'
import { CordonError } from '../../base/error.ts'
import type { Log } from '../../base/log.ts'
import { type Config, parseConfig } from '../../config/load.ts'
import { nextHopOf } from '../../config/next-hop.ts'
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
}

export interface Loaded {
  /** The text of `cordon.toml`. */
  text: string
  config: Config
  policy: Policy
  /** What a person should know of it. */
  notice: string | undefined
  readAt: Date
}

/** Throws all that can be wrong with the configuration, its CA, the roots it names, and the proxy it goes through. */
export async function load({ context, options, scope, sources, log }: Ground): Promise<Loaded> {
  const { openSecrets } = await import('../../secrets/secrets.ts')
  const text = configText(scope, options)
  const config = parseConfig(text, scope.configPath)
  const commandSuffix = suffixOf(options)
  const ca = caOf(scope, config, commandSuffix)
  const trust = originTrust({ extra: config.tls.trust, exclude: ca.certPem, env: context.env })
  const originContext = () => trust.context()
  const secrets = openSecrets({ sources, timeoutMs: config.secrets.timeoutMs, log })
  const { nextHop, notice } = nextHopOf(config, { env: context.env, context: originContext, secrets, commandSuffix })
  const { connectTimeoutMs, idleTimeoutMs, allow } = config.network
  const policy: Policy = {
    routes: config.routes,
    secrets,
    leaves: openLeaves(ca),
    guard: guardOf(allow),
    originContext,
    nextHop,
    connectTimeoutMs,
    idleTimeoutMs,
    resolve,
  }
  return { text, config, policy, notice, readAt: new Date() }
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
