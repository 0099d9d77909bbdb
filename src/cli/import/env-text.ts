import { basename, dirname, resolve } from 'node:path'
import { CordonError } from '../../base/error.ts'
import { writeWhole } from '../../base/file.ts'
import { underLock } from '../../base/lock.ts'
import { type Assignment, assignmentsOf } from '../../config/dotenv.ts'
import { placeOf, refuseBroken } from '../../integrations/block.ts'
import { workTreeOf } from '../../integrations/git-exclude.ts'
import { readText } from '../../integrations/writes.ts'
import type { Context } from '../context.ts'

/** A dotenv file as it was read. */
export interface EnvText {
  path: string
  text: string
  /** Without those that cordon wrote itself, as a set-up. */
  assignments: Assignment[]
}

/** Throws `env_file_missing`, `file_unreadable`, `block_broken`. */
export function readEnvText({ cwd }: Context, file: string | undefined): EnvText {
  const path = resolve(cwd, file ?? '.env')
  const text = readText(path)
  if (text === undefined)
    throw new CordonError('env_file_missing', `There is no ${path}.`, {
      hint: 'give the path of the file, or move a key of this shell with `cordon import --from-env NAME`',
    })
  refuseBroken(text)
  const own = placeOf(text)
  const [from, to] = own
    ? [text.slice(0, own.start), text.slice(0, own.end)].map((part) => part.split('\n').length)
    : []
  const isOwn = (line: number) => from !== undefined && to !== undefined && line >= from && line < to
  return { path, text, assignments: assignmentsOf(text).filter(({ line }) => !isOwn(line)) }
}

/** Writes the file whole, if it is still as it was read; its mode stays. Throws `file_changed`, `file_locked`, `file_unwritable`. */
export function rewrite({ path, text }: EnvText, after: string): void {
  underLock(path, () => {
    if (readText(path) === text) return writeWhole(path, after)
    throw new CordonError('file_changed', `${path} has changed in the meantime, and was not written.`, {
      hint: 'run the command again',
    })
  })
}

/** Whether git has the file in its history, as far as one can tell without reading that. */
export function isTracked({ path }: EnvText, { env }: Context): boolean {
  return workTreeOf(dirname(path), dirname(path), env)?.tracked.includes(basename(path)) === true
}
