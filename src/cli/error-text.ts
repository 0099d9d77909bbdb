import { type CordonError, CordonErrors } from '../base/error.ts'
import { ConfigFault } from '../config/fault.ts'

/** An error as a person reads it: the sentence and its code, each fault of which it is made, and what mends it. */
export function errorText(error: CordonError): string {
  const lines = [`${error.message} (${error.code})`]
  if (error instanceof CordonErrors) lines.push(...error.all.map(indented))
  if (error.hint !== undefined) lines.push(`  hint: ${error.hint}`)
  return lines.join('\n')
}

function indented(error: CordonError): string {
  const lines = [
    ...error.message.split('\n'),
    ...(error.hint === undefined || error instanceof ConfigFault ? [] : [`  hint: ${error.hint}`]),
  ]
  return lines.map((line) => `  ${line}`).join('\n')
}
