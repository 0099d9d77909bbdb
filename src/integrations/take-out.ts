import { takenBackBlock } from './block.ts'
import { takenBack } from './codex-config.ts'
import { takenBackJson } from './json-edit.ts'
import type { TakeOut } from './manifest.ts'

/** Takes our part out of a file that was changed since the set-up; what has no parts stays as the person left it. */
export const takeOut: TakeOut = ({ path, part, before }, text, tell) => {
  const tellConflicts = (conflicts: readonly string[]) => {
    for (const key of conflicts) tell(`${path}: ${key} was changed since the set-up, and stays.`)
  }
  switch (part.kind) {
    case 'block': {
      const { text: rest, hasForeign } = takenBackBlock(text, part)
      if (hasForeign) tell(`${path}: what you wrote between our lines stays.`)
      return { result: 'text', text: rest }
    }
    case 'keys': {
      const { text: rest, conflicts } = takenBack(text, part.keys)
      tellConflicts(conflicts)
      return { result: 'text', text: rest }
    }
    case 'json': {
      const { text: rest, conflicts } = takenBackJson(text, part, path)
      tellConflicts(conflicts)
      return { result: 'text', text: before.kind === 'absent' ? rest.replace(/^\s+$/, '') : rest }
    }
    case 'login':
    case 'whole':
      tell(`${path} was changed since the set-up, and stays.`)
      return { result: 'kept' }
  }
}
