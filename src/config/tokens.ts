/**
 * Client tokens: what a client shows to be let through, as the password of its proxy URL. A loopback address proves
 * nothing, since every process of every user has one.
 */
import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { CordonError } from '../base/error.ts'
import { makePrivateFolder, privateFile, refuseSymlink, writeWhole } from '../base/file.ts'
import { underLock } from '../base/lock.ts'
import { veiled } from '../base/veil.ts'
import {
  type ClientToken,
  digestOf,
  isTokenName,
  readTokenFile,
  type TokenLimits,
  tokenFileText,
} from './token-file.ts'

export type { ClientToken } from './token-file.ts'

/** The tokens of a scope, or undefined when it has no file. Throws `symlink_refused`, `tokens_exposed`, `tokens_faulty`. */
export function readTokens(path: string): ClientToken[] | undefined {
  return readTokenFile(path)
}

/**
 * Makes the token `name` where there is none. One that is there stays as it is, whatever its kind, and is undefined where
 * only its hash is kept. Throws `usage` for a name that is none, else as `readTokens`.
 */
export function ensureToken(path: string, name: string, kind: ClientToken['secret']['kind']): EnsuredToken {
  if (!isTokenName(name)) throw noName(name)
  return change<EnsuredToken>(path, (tokens) => {
    const there = tokens.find((token) => token.name === name)
    if (there) return { answer: { token: readable(there), made: false } }
    const token = newToken()
    return { answer: { token, made: true }, tokens: [...tokens, clientToken(name, kind, token)] }
  })
}

export interface EnsuredToken {
  token: string | undefined
  made: boolean
}

/** Makes a token with limits, of which only the hash is kept. Throws `usage` for a name that is none, and `token_exists`. */
export function addToken(path: string, name: string, limits: TokenLimits): string {
  if (!isTokenName(name)) throw noName(name)
  return change(path, (tokens) => {
    if (tokens.some((token) => token.name === name))
      throw new CordonError('token_exists', `There is a client token ${name} already.`, {
        hint: `take another name, or end it with \`cordon token revoke ${name}\``,
      })
    const token = newToken()
    return { answer: token, tokens: [...tokens, clientToken(name, 'hashed', token, limits)] }
  })
}

/** Puts a new value in place of a token's old one, which is worthless from then on. Throws `token_missing`. */
export function rotateToken(path: string, name: string): string {
  if (!readTokens(path)) throw missing(path, name)
  return change(path, (tokens) => {
    if (!tokens.some((token) => token.name === name)) throw missing(path, name)
    const value = newToken()
    const renewed = tokens.map((old) =>
      old.name === name ? clientToken(name, old.secret.kind, value, old.limits) : old,
    )
    return { answer: value, tokens: renewed }
  })
}

/** Takes a token away; false when there is none of that name. The file stays, though it may hold none. */
export function revokeToken(path: string, name: string): boolean {
  if (!readTokens(path)) return false
  return change(path, (tokens) => {
    const others = tokens.filter((token) => token.name !== name)
    return others.length === tokens.length ? { answer: false } : { answer: true, tokens: others }
  })
}

function change<T>(path: string, decide: (tokens: ClientToken[]) => { answer: T; tokens?: ClientToken[] }): T {
  refuseSymlink(dirname(path))
  makePrivateFolder(dirname(path))
  return underLock(path, () => {
    const { answer, tokens } = decide(readTokens(path) ?? [])
    if (tokens) writeWhole(path, tokenFileText(tokens), privateFile)
    return answer
  })
}

function clientToken(
  name: string,
  kind: ClientToken['secret']['kind'],
  token: string,
  limits: TokenLimits = {},
): ClientToken {
  const created = new Date()
  return { name, created, secret: kind === 'readable' ? { kind, token } : { kind, sha256: digestOf(token) }, limits }
}

/** 256 random bits, in 43 letters that a URL takes as they are. A value that nobody can guess needs no slow hash. */
const newToken = () => randomBytes(32).toString('base64url')
const readable = ({ secret }: ClientToken) => (secret.kind === 'readable' ? secret.token : undefined)

function noName(name: string): CordonError {
  const hint = 'letters, digits, `_` and `-`, at most 64, beginning with a letter or digit'
  return new CordonError('usage', `${JSON.stringify(veiled(name))} cannot be the name of a token.`, { hint })
}

function missing(path: string, name: string): CordonError {
  const hint = 'see which there are with `cordon token list`'
  return new CordonError('token_missing', `There is no token ${name} in ${path}.`, { hint })
}
