/** An error on its way from one process to another, or into JSON: the same words, and no more of it. */
import { CordonError, CordonErrors } from '../base/error.ts'
import { ConfigFault } from '../config/fault.ts'

export interface ToldError {
  code: string
  message: string
  hint?: string | undefined
  file?: string
  line?: number
  column?: number
  faults?: ToldError[]
}

export function toldOf(error: CordonError): ToldError {
  const place = error instanceof ConfigFault ? { file: error.file, line: error.line, column: error.column } : {}
  const all = error instanceof CordonErrors ? { faults: error.all.map(toldOf) } : {}
  return { code: error.code, message: error.message, hint: error.hint, ...place, ...all }
}

/** The error as it was where it came from, but for its cause. */
export function errorFrom({ code, message, hint, faults }: ToldError): CordonError {
  if (faults) return new CordonErrors(code, message, faults.map(errorFrom), hint)
  return new CordonError(code, message, hint === undefined ? {} : { hint })
}
