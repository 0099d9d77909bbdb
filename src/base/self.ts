import { realpathSync } from 'node:fs'
import { isSea } from 'node:sea'

/** The program and the words that run this very cordon again: the executable alone, or Node and its script. */
export function ownCommand(): readonly [program: string, ...words: string[]] {
  const [, script] = process.argv
  return isSea() || script === undefined ? [process.execPath] : [process.execPath, realpathSync(script)]
}
