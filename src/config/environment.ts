/**
 * The variables that lead a program through cordon and let it trust the leaves it will see there. One contract for
 * `cordon env`, for every integration and for `cordon doctor`.
 */
import type { Scope } from './scope.ts'

export interface EnvironmentOptions {
  scope: Scope
  /** `http://<audience>:<token>@127.0.0.1:<port>` */
  proxyUrl: string
  /** What was set before: a person's own exceptions and extra roots go on holding. */
  env: NodeJS.ProcessEnv
}

/** Both letters of the proxy variables: curl reads `http_proxy` in small letters only, Ruby and wget likewise. */
export function environmentOf({ scope, proxyUrl, env }: EnvironmentOptions): Record<string, string> {
  const noProxy = exceptionsIn(env)
  const { caCert, bundle } = scope.certs
  return {
    HTTPS_PROXY: proxyUrl,
    HTTP_PROXY: proxyUrl,
    https_proxy: proxyUrl,
    http_proxy: proxyUrl,
    NO_PROXY: noProxy,
    no_proxy: noProxy,
    // Node adds this file to its own roots; where a person had one there already, only the bundle holds both.
    NODE_EXTRA_CA_CERTS: isForeign(env['NODE_EXTRA_CA_CERTS'], scope) ? bundle : caCert,
    NODE_USE_ENV_PROXY: '1',
    SSL_CERT_FILE: bundle,
    REQUESTS_CA_BUNDLE: bundle,
    CURL_CA_BUNDLE: bundle,
    GIT_SSL_CAINFO: bundle,
    PIP_CERT: bundle,
    CARGO_HTTP_CAINFO: bundle,
    AWS_CA_BUNDLE: bundle,
    DENO_CERT: caCert,
  }
}

const loopback = ['localhost', '127.0.0.1', '::1']

/** Loopback is reached directly: a development server of the person's own is no business of the proxy. */
function exceptionsIn(env: NodeJS.ProcessEnv): string {
  const before = (env['NO_PROXY'] ?? env['no_proxy'] ?? '').split(',').map((entry) => entry.trim())
  return [...new Set([...loopback, ...before])].filter((entry) => entry !== '').join(',')
}

const isForeign = (file: string | undefined, { certs }: Scope) =>
  file !== undefined && file !== '' && file !== certs.caCert && file !== certs.bundle
