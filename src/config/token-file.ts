/**
 * The text of `tokens.toml`: one table a token, named after its client.
 *
 *     [default]                              [codex]
 *     created = 2026-01-31T09:00:00Z         created = 2026-01-31T09:00:00Z
 *     token = "..."                          sha256 = "..."
 *
 * A token with `routes` opens those alone, and one with `process` lives as long as that process, which `started` tells from
 * others that are given its number later.
 *
 * No sentence about this file quotes it, because a parser's own words would show the line with the token.
 */
import { hash } from 'node:crypto'
import { parse, TomlError } from 'smol-toml'
import { CordonError } from '../base/error.ts'
import { lstatIfThere, readIfThere, refuseSymlink } from '../base/file.ts'
import { parseRouteName, type RouteName } from '../base/names.ts'
import { isRunning, type Process } from '../base/process.ts'

/** What a client shows to the proxy. */
export interface ClientToken {
  /** `default`, or the integration that the token was made for. */
  name: string
  created: Date
  /** Readable where `cordon env` must print it; of any other only the SHA-256 is kept. */
  secret: { kind: 'readable'; token: string } | { kind: 'hashed'; sha256: Buffer }
  limits: TokenLimits
}

/** What a token does not open, and when it ends. */
export interface TokenLimits {
  /** The routes that it opens; every one where undefined. */
  routes?: readonly RouteName[]
  /** The process that it lives as long as. */
  process?: Process
}

/**
 * The tokens of a file but those whose process has ended, or undefined when there is no file. Throws `symlink_refused`, `tokens_exposed` (others may read the
 * file), `tokens_faulty`, `file_unreadable`.
 */
export function readTokenFile(path: string): ClientToken[] | undefined {
  refuseSymlink(path)
  refuseExposed(path)
  const text = readIfThere(path)
  return text === undefined ? undefined : tokensOf(path, text).filter(isInForce)
}

/** False for the token of a process that has ended. */
export const isInForce = ({ limits }: Pick<ClientToken, 'limits'>): boolean =>
  limits.process === undefined || isRunning(limits.process)

/** What is kept of a token, and what a client's is compared by. */
export const digestOf = (token: string): Buffer => hash('sha256', token, 'buffer')

/** The text that `readTokenFile` reads back. */
export function tokenFileText(tokens: readonly ClientToken[]): string {
  return [heading, ...tokens.map(tableOf)].join('\n')
}

/** True for a name that is a bare key of TOML and a word on a command line. */
export function isTokenName(name: string): boolean {
  return /^[a-z0-9][a-z0-9_-]{0,63}$/i.test(name)
}

/** What a client's HTTPS_PROXY says. The name of a scope and a token need no escaping in it. */
export function proxyUrl(audience: string, token: string, port: number): string {
  return `http://${audience}:${token}@127.0.0.1:${port}`
}

const heading = `# Client tokens of cordon: who shows one may use the proxy of this scope. cordon writes this file whole.
# Renew one with \`cordon token rotate NAME\`, end one with \`cordon token revoke NAME\`; both hold from the next request on.
`

function tableOf({ name, created, secret, limits: { routes, process } }: ClientToken): string {
  const value = secret.kind === 'readable' ? `token = "${secret.token}"` : `sha256 = "${secret.sha256.toString('hex')}"`
  const limits = [
    ...(routes === undefined ? [] : [`routes = ${JSON.stringify(routes)}\n`]),
    ...(process === undefined ? [] : [`process = ${process.pid}\n`]),
    ...(process?.startTicks === undefined ? [] : [`started = ${process.startTicks}\n`]),
  ]
  return `[${name}]\ncreated = ${created.toISOString().replace(/\.\d+/, '')}\n${value}\n${limits.join('')}`
}

function tokensOf(path: string, text: string): ClientToken[] {
  return Object.entries(tablesOf(path, text)).map(([name, table]) => {
    const token = isTokenName(name) ? tokenOf(name, table) : undefined
    if (!token) throw faulty(path, `the table ${JSON.stringify(name)} is no token`)
    return token
  })
}

function tablesOf(path: string, text: string): Record<string, unknown> {
  try {
    return parse(text)
  } catch (thrown) {
    throw faulty(path, thrown instanceof TomlError ? `line ${thrown.line} is not TOML` : 'it is not TOML')
  }
}

function tokenOf(name: string, table: unknown): ClientToken | undefined {
  if (typeof table !== 'object' || table === null) return undefined
  const { created, token, sha256, routes, process, started, ...others } = table as Record<string, unknown>
  const limits = limitsOf(routes, process, started)
  if (
    limits === undefined ||
    Object.keys(others).length > 0 ||
    !(created instanceof Date) ||
    Number.isNaN(created.getTime())
  )
    return undefined
  if (sha256 === undefined && typeof token === 'string' && /^[\w-]{43}$/.test(token)) {
    return { name, created: new Date(created), secret: { kind: 'readable', token }, limits }
  }
  if (token === undefined && typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256)) {
    return { name, created: new Date(created), secret: { kind: 'hashed', sha256: Buffer.from(sha256, 'hex') }, limits }
  }
  return undefined
}

/** Undefined for limits that are none: whoever wrote them meant some, so the token opens nothing. */
function limitsOf(routes: unknown, process: unknown, started: unknown): TokenLimits | undefined {
  if ([process, started].some((one) => one !== undefined && !(Number.isSafeInteger(one) && Number(one) > 0)))
    return undefined
  if (process === undefined && started !== undefined) return undefined
  const names = Array.isArray(routes) ? routes.map((name) => parseRouteName(String(name))) : undefined
  if ((routes !== undefined && names === undefined) || names?.includes(undefined)) return undefined
  return {
    ...(names && { routes: names.filter((name) => name !== undefined) }),
    ...(process !== undefined && {
      process: { pid: Number(process), ...(started !== undefined && { startTicks: Number(started) }) },
    }),
  }
}

function refuseExposed(path: string): void {
  const mode = lstatIfThere(path)?.mode ?? 0
  if (process.platform === 'win32' || (mode & 0o077) === 0) return
  throw new CordonError('tokens_exposed', `Others than its owner may use ${path}.`, {
    hint: `run \`chmod 600 ${path}\`, then \`cordon token rotate --all\``,
  })
}

function faulty(path: string, reason: string): CordonError {
  const hint = `mend it, or remove ${path} and run \`cordon setup\``
  return new CordonError('tokens_faulty', `${path} cannot be used: ${reason}.`, { hint })
}
