import { CordonError } from '../base/error.ts'
import type { Program } from './init-system.ts'

/**
 * The program, if no text of it could become another line of a definition: folders may have any name, and a project brings its
 * own. Throws `path_unfit`.
 */
export function plainProgram(program: Program): Program {
  const { start, folder, env, writable, credentials, logPath } = program
  const texts = [...start, folder, logPath, ...Object.values(env), ...writable, ...Object.values(credentials)]
  const unfit = texts.find((text) => /[\x00-\x1f\x7f]/.test(text))
  if (unfit === undefined) return program
  throw new CordonError('path_unfit', `The path ${JSON.stringify(unfit)} has a control character in it.`, {
    hint: 'rename it; an init system could take what follows for something else',
  })
}
