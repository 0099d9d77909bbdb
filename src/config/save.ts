import { CordonError } from '../base/error.ts'
import { readIfThere, writeWhole } from '../base/file.ts'
import { underLock } from '../base/lock.ts'
import { shownPath } from './fault.ts'
import { parseConfig } from './load.ts'

/**
 * Puts `after` in the place of `before`, the text that the change was made to; undefined says that there was no file. The
 * file is never without a sound and whole configuration. Throws `config_faulty`, `config_changed` when somebody else wrote
 * in the meantime, `file_locked`, and `file_unwritable`; the old text is still there then.
 */
export function saveConfig(path: string, before: string | undefined, after: string): void {
  parseConfig(after, path)
  underLock(path, () => {
    if (readIfThere(path) !== before) throw changed(path)
    if (after !== before) writeWhole(path, after)
  })
}

function changed(path: string): CordonError {
  const hint = 'nothing was written; look at it, then run the command again'
  return new CordonError('config_changed', `${shownPath(path)} was changed by somebody else in the meantime.`, { hint })
}
