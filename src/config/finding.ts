import type { FaultCode } from './fault.ts'
import type { Path } from './toml-tree.ts'

/** A fault of the data, before it is looked up in the text. */
export interface Finding {
  code: FaultCode
  path: Path
  /** What of the path is shown. */
  part: 'name' | 'value' | 'table'
  sentence: string
  meant: string | undefined
  /** The whole path of the key that is missing, where one is. */
  missing: Path | undefined
  /** True where the value may hold a credential. */
  isDiscreet: boolean
}

/** A value that cannot stay as it is. */
export function faultyValue(path: Path, sentence: string, meant?: string): Finding {
  return { code: 'faulty_value', path, part: 'value', sentence, meant, missing: undefined, isDiscreet: false }
}
