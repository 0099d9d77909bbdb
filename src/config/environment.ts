/**
 * The contract of the environment: the variables that lead a program through cordon and let it trust the leaves it will see
 * there, each with who reads it. One list for `cordon env`, `cordon run`, every integration and docs/clients.md.
 */
import { authorityOf } from '../base/names.ts'
import { isCordonUrl, parseProxyUrl } from './proxy-url.ts'
import type { Scope } from './scope.ts'

export interface EnvironmentOptions {
  /** The files that are trusted; all of them are there before a program starts. */
  certs: Pick<Scope['certs'], 'caCert' | 'bundle' | 'trustStore'>
  /** `http://<audience>:<token>@127.0.0.1:<port>` */
  proxyUrl: string
  /** What was set before: a person's own exceptions, extra roots and options of the JVM go on holding. */
  before: NodeJS.ProcessEnv
}

export interface Variable {
  name: string
  value: string
  /** The programs that read it. */
  readers: string
  /** What it is for, where its name does not say so. */
  why: string
}

/** The variables by their names, as a process takes them. */
export function environmentOf(options: EnvironmentOptions): Record<string, string> {
  return Object.fromEntries(variablesOf(options).map(({ name, value }) => [name, value]))
}

/** Every variable of the contract, in the order in which it is printed. */
export function variablesOf(options: EnvironmentOptions): Variable[] {
  return [
    ...proxyVariables(options),
    ...trustVariables(options),
    ...javaVariables(options),
    ...gcloudVariables(options),
  ]
}

function proxyVariables({ proxyUrl, before }: EnvironmentOptions): Variable[] {
  const exceptions = exceptionsIn(before).join(',')
  const both = 'the way out; programs differ in the letters they look for'
  const direct = 'loopback is reached directly, and so is what stood there before'
  return [
    variable('HTTPS_PROXY', proxyUrl, 'most programs', both),
    variable('HTTP_PROXY', proxyUrl, 'most programs', both),
    variable('https_proxy', proxyUrl, 'curl, wget, Ruby, PHP, gRPC', both),
    variable('http_proxy', proxyUrl, 'curl, wget, Ruby, PHP, gRPC', both),
    variable('NO_PROXY', exceptions, 'most programs', direct),
    variable('no_proxy', exceptions, 'curl, wget, Ruby, PHP, gRPC', direct),
    variable('NODE_USE_ENV_PROXY', '1', 'Node 24 and newer', '`fetch` and `https` look at the proxy variables'),
    variable('CARGO_HTTP_PROXY', proxyUrl, 'cargo', 'counts before `http.proxy` of its own files'),
    variable('GIT_HTTP_PROXY_AUTHMETHOD', 'basic', 'git', 'the token goes along at once, without a 407 before'),
  ]
}

function trustVariables({ certs, before }: EnvironmentOptions): Variable[] {
  const { caCert, bundle } = certs
  const hadOwn = ![undefined, '', caCert].includes(before['NODE_EXTRA_CA_CERTS'])
  const whole = 'the bundle, in place of the roots of its own'
  return [
    // Node adds this file to its own roots; where a person had one there already, only the bundle holds both.
    variable('NODE_EXTRA_CA_CERTS', hadOwn ? bundle : caCert, 'Node, Bun, npm', 'the CA, beside the roots of its own'),
    variable('DENO_CERT', caCert, 'Deno', 'the CA, beside the roots of its own'),
    variable('SSL_CERT_FILE', bundle, 'OpenSSL, Go, Rust, Ruby, PHP, .NET, Python, uv, gh', whole),
    variable('REQUESTS_CA_BUNDLE', bundle, 'Python requests', whole),
    variable('CURL_CA_BUNDLE', bundle, 'curl', whole),
    variable('GIT_SSL_CAINFO', bundle, 'git', whole),
    variable('PIP_CERT', bundle, 'pip', whole),
    variable('CARGO_HTTP_CAINFO', bundle, 'cargo', whole),
    variable('AWS_CA_BUNDLE', bundle, 'the AWS CLI, boto3', whole),
    variable('GRPC_DEFAULT_SSL_ROOTS_FILE_PATH', bundle, 'gRPC', whole),
  ]
}

/**
 * A JVM reads no variable but this one, for which it prints a line on stderr; so the token is not in it, and no property
 * would carry it: the program has to have an Authenticator. Basic in tunnels is off unless the last property says otherwise.
 */
function javaVariables({ certs, proxyUrl, before }: EnvironmentOptions): Variable[] {
  const { hostname, port } = new URL(proxyUrl)
  const properties = [
    ...['http', 'https'].flatMap((scheme) => [`${scheme}.proxyHost=${hostname}`, `${scheme}.proxyPort=${port}`]),
    `http.nonProxyHosts=${exceptionsIn(before).flatMap(nonProxyHosts).join('|')}`,
    `javax.net.ssl.trustStore=${certs.trustStore}`,
    'javax.net.ssl.trustStoreType=PKCS12',
    'jdk.http.auth.tunneling.disabledSchemes=',
  ]
  const own = (before['JAVA_TOOL_OPTIONS'] ?? '').replace(ourOptions, '').trim()
  const value = [own, ...properties.map((property) => quotedOption(`-D${property}`))].filter(Boolean).join(' ')
  return [variable('JAVA_TOOL_OPTIONS', value, 'the JVM', 'proxy and trust store; behind what stood there before')]
}

// What an earlier `cordon env` appended: from the first of our properties to the last.
const ourOptions = /\s*-Dhttp\.proxyHost=127\.0\.0\.1 .*-Djdk\.http\.auth\.tunneling\.disabledSchemes=(?=\s|$)/s

/** The JVM takes quotes of either kind around an option, and knows no escapes. */
function quotedOption(option: string): string {
  if (!/[\s'"]/.test(option)) return option
  return option.includes("'") ? `"${option}"` : `'${option}'`
}

/** An entry of NO_PROXY as `http.nonProxyHosts` says it; that list knows `*` at either end, and no ranges. */
function nonProxyHosts(entry: string): string[] {
  if (entry === '*') return ['*']
  if (/[/|\s"']/.test(entry)) return []
  const host = entry.replace(/^\*?\./, '')
  if (host !== entry) return [`*.${host}`]
  return [host.includes(':') ? `[${host}]` : host]
}

/** gcloud takes the parts of a proxy one by one, and looks at no other variable. */
function gcloudVariables({ certs, proxyUrl }: EnvironmentOptions): Variable[] {
  const { hostname, port, username, password } = new URL(proxyUrl)
  const parts: [string, string][] = [
    ['CLOUDSDK_PROXY_TYPE', 'http'],
    ['CLOUDSDK_PROXY_ADDRESS', hostname],
    ['CLOUDSDK_PROXY_PORT', port],
    ['CLOUDSDK_PROXY_USERNAME', username],
    ['CLOUDSDK_PROXY_PASSWORD', decodeURIComponent(password)],
    ['CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE', certs.bundle],
  ]
  return parts.map(([name, value]) => variable(name, value, 'gcloud', 'takes the parts of a proxy one by one'))
}

const variable = (name: string, value: string, readers: string, why: string): Variable => ({
  name,
  value,
  readers,
  why,
})

const loopback = ['localhost', '127.0.0.1', '::1']

/**
 * What is reached without the proxy. Loopback is: a development server of the person's own is no business of the proxy. Programs
 * read one spelling or the other, so the entries of both hold; some take blanks between them.
 */
export function exceptionsIn(env: NodeJS.ProcessEnv): string[] {
  const before = [env['NO_PROXY'], env['no_proxy']].flatMap((text) => (text ?? '').split(/[\s,]+/))
  return [...new Set([...loopback, ...before])].filter((entry) => entry !== '')
}

/** A proxy that a variable named before and that the variables of cordon replace; its credentials are not told. */
export interface ReplacedProxy {
  /** The variable that named it. */
  name: string
  /** `http://host:port`, fit to be read; undefined where the value was no URL of a proxy. */
  shown: string | undefined
}

/** The proxy of a company, most likely: what HTTPS_PROXY named, unless that was a cordon. */
export function replacedProxy(before: NodeJS.ProcessEnv, listen: number): ReplacedProxy | undefined {
  const name = ['HTTPS_PROXY', 'https_proxy'].find((one) => (before[one] ?? '') !== '')
  if (name === undefined) return undefined
  const url = parseProxyUrl(before[name] ?? '')
  if (url === undefined) return { name, shown: undefined }
  return isCordonUrl(url, listen) ? undefined : { name, shown: `${url.scheme}://${authorityOf(url.at)}` }
}
