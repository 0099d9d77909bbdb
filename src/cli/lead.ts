/** What leads a program of this shell through cordon: for `cordon env`, which prints it, and `cordon run`, which uses it. */
import { basename, join } from 'node:path'
import { CordonError } from '../base/error.ts'
import { lstatIfThere } from '../base/file.ts'
import type { Config } from '../config/config.ts'
import { environmentOf, exceptionsIn, replacedProxy } from '../config/environment.ts'
import type { Scope } from '../config/scope.ts'
import { proxyUrl, readTokenFile } from '../config/token-file.ts'
import { isExcepted, parseException } from '../policy/exception.ts'
import { keepTrustStore } from '../tls/trust-store.ts'
import { trustVariables } from '../tls/trust-variables.ts'
import { type Context, configIn, type Placed, suffixOf } from './context.ts'

export interface Lead {
  scope: Scope
  config: Config
  variables: Record<string, string>
  /** What these variables take the place of, and what they cannot do, for a person to read. */
  notices: string[]
}

/** By the default token, or another one. Throws `tokens_missing` and `ca_missing` when there is nothing to lead through or to trust yet. */
export async function leadThrough(
  context: Context,
  options: Placed & { certs?: string },
  tokenOf: (scope: Scope, config: Config) => string = defaultToken(options),
): Promise<Lead> {
  const { scope, config } = configIn(context, options)
  const { certs } = scope
  const token = tokenOf(scope, config)
  if (!lstatIfThere(certs.bundle))
    throw new CordonError('ca_missing', 'There is no CA bundle yet.', {
      hint: `run \`cordon setup${suffixOf(options)}\``,
    })
  // Set-up makes it too; an older cordon did not.
  await keepTrustStore(certs)
  const url = proxyUrl(scope.name, token, config.listen)
  const variables = environmentOf({ certs: seenIn(options.certs, certs), proxyUrl: url, before: context.env })
  return { scope, config, variables, notices: await noticesOf(context, options, scope, config) }
}

function defaultToken(options: Placed): (scope: Scope) => string {
  return ({ tokensPath }) => {
    const token = readTokenFile(tokensPath)?.find(({ name }) => name === 'default')
    if (token?.secret.kind === 'readable') return token.secret.token
    throw new CordonError('tokens_missing', 'There is no default client token.', {
      hint: `run \`cordon setup${suffixOf(options)}\``,
    })
  }
}

/** The files by the paths that a program finds copies of them at. */
function seenIn(
  folder: string | undefined,
  certs: Scope['certs'],
): Pick<Scope['certs'], 'caCert' | 'bundle' | 'trustStore'> {
  if (folder === undefined) return certs
  const copyOf = (path: string) => join(folder, basename(path))
  return { caCert: copyOf(certs.caCert), bundle: copyOf(certs.bundle), trustStore: copyOf(certs.trustStore) }
}

async function noticesOf({ env }: Context, options: Placed, scope: Scope, config: Config): Promise<string[]> {
  const notices: string[] = []
  const replaced = replacedProxy(env, config.listen)
  if (replaced && !config.network.proxy) notices.push(replacedSentence(replaced))
  for (const name of routesAround(config, env))
    notices.push(`NO_PROXY of this shell excepts the host of the route ${name}: programs go around it.`)
  for (const file of await filesMissing(scope, env))
    notices.push(
      `The bundle lacks roots of ${file}, which this shell trusts: \`cordon setup${suffixOf(options)}\` takes them in.`,
    )
  return notices
}

/** The routes whose hosts a person's own exceptions keep from the proxy. */
function routesAround({ routes }: Config, env: NodeJS.ProcessEnv): string[] {
  const exceptions = exceptionsIn(env).flatMap((entry) => parseException(entry) ?? [])
  const isAround = ({ host, ports }: Config['routes'][number]['match']) =>
    host.kind === 'exact' && ports.some((port) => isExcepted({ host: host.host, port }, exceptions))
  return routes.filter(({ match }) => isAround(match)).map(({ name }) => name)
}

function replacedSentence({ name, shown }: { name: string; shown: string | undefined }): string {
  if (shown === undefined) return `${name} of this shell was not the URL of an HTTP proxy, and is replaced.`
  return `${name} of this shell named ${shown}, and now names cordon. A cordon that starts with the old value goes through that proxy itself; so does any with \`proxy = "${shown}"\` in \`[network]\` of cordon.toml.`
}

// Reading certificates takes longer than all the rest, and most shells name no file at all.
async function filesMissing({ certs }: Scope, env: NodeJS.ProcessEnv): Promise<string[]> {
  const own: (string | undefined)[] = ['', undefined, certs.bundle, certs.caCert]
  if (trustVariables.every((name) => own.includes(env[name]))) return []
  const { missingFromBundle } = await import('../tls/bundle.ts')
  return missingFromBundle({ path: certs.bundle, env })
}
