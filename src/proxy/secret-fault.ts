import { CordonError } from '../base/error.ts'

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
  return hint ?? `run \`cordon secret set ${holder}${commandSuffix}\``
}
