/** The HTTP proxy between cordon and the Internet: the one that `cordon.toml` names, else that of cordon's own environment. */
import type { SecureContext } from 'node:tls'
import { CordonError } from '../base/error.ts'
import { authorityOf, nextHopHolder } from '../base/names.ts'
import { parseException } from '../policy/exception.ts'
import { credentialOf } from '../proxy/inject.ts'
import type { NextHop } from '../proxy/next-hop.ts'
import { secretFault } from '../proxy/secret-fault.ts'
import { Secret } from '../secrets/secret.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { Config } from './config.ts'
import { isCordonUrl, type ProxyUrl, parseProxyUrl } from './proxy-url.ts'

export interface NextHopChoice {
  nextHop: NextHop | undefined
  /** Why the environment's proxy is not used, for a person to read. */
  notice: string | undefined
}

export interface NextHopGround {
  env: NodeJS.ProcessEnv
  /** Verifies a proxy that is spoken to over TLS. */
  context: () => SecureContext
  secrets: Pick<Secrets, 'fetch'>
  /** Appended to every command that an error names. */
  commandSuffix: string
}

/**
 * `[network] proxy` counts before HTTPS_PROXY, and either with the exceptions of `[network] no_proxy`; NO_PROXY belongs to
 * HTTPS_PROXY. In a shell with `cordon env` HTTPS_PROXY is a cordon, which is no way to the Internet for another one.
 * Throws `config_proxy`.
 */
export function nextHopOf(
  { listen, network }: Pick<Config, 'listen' | 'network'>,
  ground: NextHopGround,
): NextHopChoice {
  const { env, context } = ground
  if (network.proxy)
    return {
      nextHop: {
        ...placeOf(network.proxy, context),
        ...credentialOfFile(network, ground),
        setting: '`[network] proxy` of cordon.toml',
        exceptions: network.noProxy,
      },
      notice: undefined,
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
  return {
    nextHop: {
      ...placeOf(url, context),
      ...credentialOfUrl(url),
      setting,
      exceptions: [...network.noProxy, ...exceptions],
    },
    notice: undefined,
  }
}

const none = (notice: string | undefined): NextHopChoice => ({ nextHop: undefined, notice })

const placeOf = ({ scheme, at }: ProxyUrl, context: () => SecureContext): Pick<NextHop, 'at' | 'secureContext'> => ({
  at,
  secureContext: scheme === 'https' ? context : undefined,
})

type HopCredential = Pick<NextHop, 'authorization' | 'denialHint'>

/** The password is read for each connection, so that a new one holds without a restart. */
function credentialOfFile({ proxyAuth }: Config['network'], { secrets, commandSuffix }: NextHopGround): HopCredential {
  if (!proxyAuth)
    return {
      authorization: undefined,
      denialHint: 'say in `[network] proxy_auth` of cordon.toml who you are there and where the password lies',
    }
  const fail = (cause: unknown): never => {
    throw secretFault(cause, 'The password for the proxy before cordon is not there', nextHopHolder, commandSuffix)
  }
  return {
    authorization: async () => basic(proxyAuth.username, await secrets.fetch(proxyAuth.secret).catch(fail)),
    denialHint: `store the right one with \`cordon secret set ${nextHopHolder}${commandSuffix}\``,
  }
}

function credentialOfUrl({ credentials }: ProxyUrl): HopCredential {
  const value = credentials && basic(credentials.username, credentials.password)
  return {
    authorization: value && (async () => value),
    denialHint: 'start cordon with HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT',
  }
}

const basic = (username: string, password: Secret) => new Secret(credentialOf({ type: 'basic', username }, password))
