/** The HTTP proxy between cordon and the Internet: the one that `cordon.toml` names, else that of cordon's own environment. */
import type { SecureContext } from 'node:tls'
import { CordonError } from '../base/error.ts'
import { authorityOf } from '../base/names.ts'
import { isLoopback } from '../policy/address.ts'
import { parseException } from '../policy/exception.ts'
import type { NextHop } from '../proxy/next-hop.ts'
import { Secret } from '../secrets/secret.ts'
import type { Config } from './load.ts'
import { type ProxyUrl, parseProxyUrl } from './proxy-url.ts'

export interface NextHopChoice {
  nextHop: NextHop | undefined
  /** Why the environment's proxy is not used, for a person to read. */
  notice: string | undefined
}

/**
 * `[network] proxy` counts before HTTPS_PROXY, and either with the exceptions of `[network] no_proxy`; NO_PROXY belongs to
 * HTTPS_PROXY. In a shell with `cordon env` HTTPS_PROXY is a cordon, which is no way to the Internet for another one.
 * Throws `config_proxy`.
 */
export function nextHopOf(
  { listen, network }: Pick<Config, 'listen' | 'network'>,
  { env, context }: { env: NodeJS.ProcessEnv; context: () => SecureContext },
): NextHopChoice {
  if (network.proxy) {
    const setting = '`[network] proxy` of cordon.toml'
    return { nextHop: hopAt(network.proxy, setting, network.noProxy, context), notice: undefined }
  }
  const setting = ['HTTPS_PROXY', 'https_proxy'].find((name) => (env[name] ?? '') !== '')
  if (setting === undefined || network.noProxy.some(({ kind }) => kind === 'all')) return none(undefined)
  const url = parseProxyUrl(env[setting] ?? '')
  if (!url)
    throw new CordonError('config_proxy', `${setting} of this shell is not the URL of an HTTP proxy.`, {
      hint: 'set it to http://HOST:PORT, or say `no_proxy = ["*"]` in `[network]` of cordon.toml to go without',
    })
  if (isCordonUrl(url, listen))
    return none(
      `${setting} of this shell is a cordon, ${authorityOf(url.at)}; origins are reached without it. A proxy of your company goes into \`[network] proxy\` of cordon.toml.`,
    )
  const exceptions = (env['NO_PROXY'] || env['no_proxy'] || '')
    .split(/[\s,]+/)
    .flatMap((one) => parseException(one) ?? [])
  return { nextHop: hopAt(url, setting, [...network.noProxy, ...exceptions], context), notice: undefined }
}

const none = (notice: string | undefined): NextHopChoice => ({ nextHop: undefined, notice })

function hopAt(
  { scheme, at, credentials }: ProxyUrl,
  setting: string,
  exceptions: NextHop['exceptions'],
  context: () => SecureContext,
): NextHop {
  const pair = credentials && Buffer.from(`${credentials.username}:${credentials.password.reveal()}`, 'utf8')
  return {
    at,
    secureContext: scheme === 'https' ? context : undefined,
    authorization: pair && new Secret(`Basic ${pair.toString('base64')}`),
    setting,
    exceptions,
  }
}

/** The user name of a cordon's URL is the name of its scope, the password one of its tokens. */
export function isCordonUrl({ at, credentials }: ProxyUrl, listen: number): boolean {
  if (!isLoopback(at.host)) return false
  if (at.port === listen) return true
  const isScope = credentials !== undefined && /(^user|-[0-9a-f]{8})$/.test(credentials.username)
  return isScope && /^[\w-]{43}$/.test(credentials.password.reveal())
}
