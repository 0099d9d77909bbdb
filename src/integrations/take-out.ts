import { takenBack } from './codex-config.ts'
import { withoutBlock } from './env-file.ts'
import { takenBackJson } from './json-edit.ts'
import type { TakeOut } from './manifest.ts'

/** Takes our part out of a file that was changed since the set-up; what has no parts stays as the person left it. */
export const takeOut: TakeOut = ({ path, part, before }, text, tell) => {
  const tellConflicts = (conflicts: readonly string[]) => {
    for (const key of conflicts) tell(`${path}: ${key} was changed since the set-up, and stays.`)
  }
  switch (part.kind) {
    case 'block':
      return { result: 'text', text: withoutBlock(text, part.owner) }
    case 'keys': {
      const { text: rest, conflicts } = takenBack(text, part.keys)
      tellConflicts(conflicts)
      return { result: 'text', text: rest }
    }
    case 'json': {
      const { text: rest, conflicts } = takenBackJson(text, part, path)
      tellConflicts(conflicts)
      const isOursAlone = before.kind === 'absent' && /^\s*(\{\s*\}\s*)?$/.test(rest)
      return { result: 'text', text: isOursAlone ? '' : rest }
    }
    case 'login':
    case 'whole':
      tell(`${path} was changed since the set-up, and stays.`)
      return { result: 'kept' }
  }
}
