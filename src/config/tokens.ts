/**
 * Client tokens: what a client shows to be let through, as the password of its proxy URL. A loopback address proves
 * nothing, since every process of every user has one.
 */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { lstatSync, type Stats } from 'node:fs'
import { dirname } from 'node:path'
import { CordonError, sentenceOf } from '../base/error.ts'
import { makePrivateFolder, privateFile, refuseSymlink, writeWhole } from '../base/file.ts'
import { underLock } from '../base/lock.ts'
import { type Log, silentLog } from '../base/log.ts'
import { oncePerTurn } from '../base/turn.ts'
import { type ClientToken, isTokenName, readTokenFile, tokenFileText } from './token-file.ts'

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

/** Puts a new value in place of a token's old one, which is worthless from then on. Throws `token_missing`. */
export function rotateToken(path: string, name: string): string {
  if (!readTokens(path)) throw missing(path, name)
  return change(path, (tokens) => {
    if (!tokens.some((token) => token.name === name)) throw missing(path, name)
    const value = newToken()
    const renewed = tokens.map((old) => (old.name === name ? clientToken(name, old.secret.kind, value) : old))
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

/** Whether a token is known at this moment, and whose it is. */
export interface TokenWatch {
  check(audience: string, token: string): { known: true; name: string } | { known: false }
  /** Another number whenever the tokens have changed: what was known at the same number still is. */
  revision(): number
}

/**
 * The tokens as the running proxy knows them. The file is looked at in each check (one lstat), for the revision once in a
 * turn of the event loop, and read again when it has changed, so that a rotation or a revocation holds for the next request. A file that is gone, faulty, a link or readable by
 * others lets nobody pass until it is whole again, and the log says so once: the last good tokens may be the very ones
 * that somebody was about to revoke. Throws as `readTokens`, and `tokens_missing`, when the file is no good to begin with.
 */
export function watchTokens(path: string, audience: string, log: Log = silentLog): TokenWatch {
  let seen = stampOf(path)
  let known = digestsOf(path)
  let revision = 0
  const currentRevision = oncePerTurn(() => {
    refresh()
    return revision
  })

  return {
    revision: currentRevision,

    check(claimedAudience, token) {
      refresh()
      const digest = digestOf(token)
      let name: string | undefined
      // Every token is compared whole, so that the time tells nothing about any.
      for (const one of known) if (timingSafeEqual(one.digest, digest)) name = one.name
      return name === undefined || claimedAudience !== audience ? { known: false } : { known: true, name }
    },
  }

  function refresh(): void {
    const stamp = stampOf(path)
    if (seen.isSettled && isSameStamp(stamp, seen)) return
    const isNews = !isSameStamp(stamp, seen)
    seen = stamp
    revision += 1
    try {
      known = digestsOf(path)
      if (isNews) log.info({ path, tokens: known.length }, 'client tokens read again')
    } catch (thrown) {
      known = []
      const code = thrown instanceof CordonError ? thrown.code : undefined
      if (isNews) log.error({ path, code, reason: sentenceOf(thrown) }, 'client tokens unusable, nobody passes')
    }
  }
}

interface Known {
  name: string
  digest: Buffer
}

function digestsOf(path: string): Known[] {
  const tokens = readTokens(path)
  if (!tokens) {
    throw new CordonError('tokens_missing', `There is no ${path}, so no client could pass.`, {
      hint: 'make it with `cordon setup`',
    })
  }
  return tokens.map(({ name, secret }) => ({
    name,
    digest: secret.kind === 'hashed' ? secret.sha256 : digestOf(secret.token),
  }))
}

const tickMs = 100

/** What tells two states of the file apart; undefined facts where there is no file to look at. */
interface Stamp {
  stats: Stats | undefined
  isSettled: boolean
}

// A file system counts time in ticks and takes an inode again, so that a file changed twice within a tick may look the
// same: a stamp is settled only when the tick it was made in is over.
function stampOf(path: string): Stamp {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false })
    return { stats, isSettled: stats === undefined || Math.abs(Date.now() - stats.ctimeMs) > tickMs }
  } catch {
    // Whatever hides the file now, reading it says so.
    return { stats: undefined, isSettled: false }
  }
}

function isSameStamp({ stats: one }: Stamp, { stats: other }: Stamp): boolean {
  if (!one || !other) return one === other
  return (
    one.ino === other.ino &&
    one.size === other.size &&
    one.mode === other.mode &&
    one.mtimeMs === other.mtimeMs &&
    one.ctimeMs === other.ctimeMs
  )
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

function clientToken(name: string, kind: ClientToken['secret']['kind'], token: string): ClientToken {
  const created = new Date()
  return { name, created, secret: kind === 'readable' ? { kind, token } : { kind, sha256: digestOf(token) } }
}

/** 256 random bits, in 43 letters that a URL takes as they are. A value that nobody can guess needs no slow hash. */
const newToken = () => randomBytes(32).toString('base64url')
const digestOf = (token: string) => hash('sha256', token, 'buffer')
const readable = ({ secret }: ClientToken) => (secret.kind === 'readable' ? secret.token : undefined)

function noName(name: string): CordonError {
  const hint = 'letters, digits, `_` and `-`, at most 64, beginning with a letter or digit'
  return new CordonError('usage', `${JSON.stringify(name)} cannot be the name of a token.`, { hint })
}

function missing(path: string, name: string): CordonError {
  const hint = 'see which there are with `cordon token list`'
  return new CordonError('token_missing', `There is no token ${name} in ${path}.`, { hint })
}
