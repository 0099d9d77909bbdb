/** Hints as the person in front would type them. The rooms below name commands, and know neither name nor scope. */
import { asCalled } from '../base/called.ts'
import { CordonError, CordonErrors } from '../base/error.ts'
import { ConfigFault } from '../config/fault.ts'

/** The error with the commands in its hints meaning the configuration of `suffix`; a `cordon.toml` is drawn as it is. */
export function withHintsFor(suffix: string, error: CordonError): CordonError {
  if (error instanceof ConfigFault) return error
  const { code, cause } = error
  const message = asCalled(error.message)
  const hint = error.hint === undefined ? undefined : asCalled(hintFor(suffix, error.hint))
  if (error instanceof CordonErrors)
    return new CordonErrors(
      code,
      message,
      error.all.map((one) => withHintsFor(suffix, one)),
      hint,
    )
  return new CordonError(code, message, { cause, ...(hint !== undefined && { hint }) })
}

/** Each command between backticks with the suffix, unless it says already what it means, or is about no configuration. */
export function hintFor(suffix: string, hint: string): string {
  return hint.replace(/`(cordon (?!help\b|completion\b)[a-z][^`]*)`/g, (whole, command: string) =>
    / --(scope|config|help)\b/.test(command) ? whole : `\`${command}${suffix}\``,
  )
}
