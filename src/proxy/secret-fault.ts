import { CordonError } from '../base/error.ts'
import { nextHopHolder } from '../base/names.ts'

/**
 * A secret that could not be read, told of whoever it belongs to: a source knows its store alone, so the command that
 * mends it is added here. Whatever is no failure for a person stays as it is.
 */
export function secretFault(cause: unknown, sentence: string, holder: string, commandSuffix: string): unknown {
  if (!(cause instanceof CordonError)) return cause
  const hint = mendOfSecret(cause, holder, commandSuffix)
  return new CordonError(cause.code, `${sentence}: ${cause.message}`, { hint, cause })
}

/** What the store says of it; where nothing is wrong with the store, to put the secret there. */
export function mendOfSecret({ hint }: CordonError, holder: string, commandSuffix: string): string {
  if (hint === undefined) return `run \`cordon secret set ${holder}${commandSuffix}\``
  // No command edits the secret of the proxy before cordon.
  const edit =
    holder === nextHopHolder
      ? 'set `proxy_auth.secret.source = "age"` in `[network]` of cordon.toml'
      : `\`cordon route edit ${holder} $1${commandSuffix}\``
  return hint.replace(/`cordon route edit ROUTE ([^`]+)`/, edit)
}

/** Throws what a store threw, with its hint as a command for this holder: `.catch(mendedBy('openai'))`. */
export function mendedBy(holder: string): (cause: unknown) => never {
  return (cause) => {
    if (!(cause instanceof CordonError) || cause.hint === undefined) throw cause
    throw new CordonError(cause.code, cause.message, { hint: mendOfSecret(cause, holder, ''), cause })
  }
}
