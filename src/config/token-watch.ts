import { timingSafeEqual } from 'node:crypto'
import { lstatSync, type Stats } from 'node:fs'
import { CordonError, sentenceOf } from '../base/error.ts'
import { type Log, silentLog } from '../base/log.ts'
import { oncePerTurn } from '../base/turn.ts'
import { type ClientToken, digestOf, isInForce, readTokenFile } from './token-file.ts'

/** Whether a token is known at this moment, and whose it is. */
export interface TokenWatch {
  check(audience: string, token: string): { known: true; name: string; routes?: ReadonlySet<string> } | { known: false }
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
  let timer: NodeJS.Timeout | undefined
  watchProcesses()
  const currentRevision = oncePerTurn(() => {
    refresh()
    return revision
  })

  return {
    revision: currentRevision,

    check(claimedAudience, token) {
      refresh()
      const digest = digestOf(token)
      let found: Known | undefined
      // Every token is compared whole, so that the time tells nothing about any.
      for (const one of known) if (timingSafeEqual(one.digest, digest)) found = one
      if (found === undefined || !isInForce(found) || claimedAudience !== audience) return { known: false }
      return { known: true, name: found.name, ...(found.routes && { routes: found.routes }) }
    },
  }

  /** The end of a process changes no file, so it is looked for; only while there is a token of one. */
  function watchProcesses(): void {
    clearInterval(timer)
    if (!known.some(({ limits }) => limits.process !== undefined)) return
    timer = setInterval(() => {
      if (known.every(isInForce)) return
      known = known.filter(isInForce)
      revision += 1
      watchProcesses()
    }, lookMs).unref()
  }

  function refresh(): void {
    const stamp = stampOf(path)
    if (seen.isSettled && isSameStamp(stamp, seen)) return
    const isNews = !isSameStamp(stamp, seen)
    seen = stamp
    revision += 1
    try {
      known = digestsOf(path)
      watchProcesses()
      if (isNews) log.info({ path, tokens: known.length }, 'client tokens read again')
    } catch (thrown) {
      known = []
      const code = thrown instanceof CordonError ? thrown.code : undefined
      if (isNews) log.error({ path, code, reason: sentenceOf(thrown) }, 'client tokens unusable, nobody passes')
    }
  }
}

const lookMs = 1000

interface Known extends Pick<ClientToken, 'name' | 'limits'> {
  digest: Buffer
  routes: ReadonlySet<string> | undefined
}

function digestsOf(path: string): Known[] {
  const tokens = readTokenFile(path)
  if (!tokens) {
    throw new CordonError('tokens_missing', `There is no ${path}, so no client could pass.`, {
      hint: 'make it with `cordon setup`',
    })
  }
  return tokens.map(({ name, secret, limits }) => ({
    name,
    limits,
    routes: limits.routes && new Set(limits.routes),
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
