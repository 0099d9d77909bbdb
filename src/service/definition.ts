import { lstatIfThere, readBytesIfThere } from '../base/file.ts'
import type { Definition, InitSystem } from './init-system.ts'

/** The definition of a service that is installed. */
export function definitionOf(init: InitSystem, id: string): Definition | undefined {
  const path = init.pathOf(id)
  const text = lstatIfThere(path) && readBytesIfThere(path)?.toString(init.encoding)
  return text === undefined ? undefined : { id, path, text: text.replace(/^\ufeff/, '') }
}
