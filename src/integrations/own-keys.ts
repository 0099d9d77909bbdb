import { readIfThere } from '../base/file.ts'
import { shellWord } from '../base/shell.ts'
import { assignmentsOf } from '../config/dotenv.ts'
import { hostsOfVariable } from '../config/known-hosts.ts'
import { withoutBlock } from './block.ts'
import { isPlaceholder } from './placeholder.ts'

/** A sentence about the real keys of known hosts that a person has in a dotenv file; `options` name the configuration. */
export function ownKeysIn(path: string, options: string): string[] {
  const keys = assignmentsOf(withoutBlock(readIfThere(path) ?? '')).filter(
    ({ name, value }) => hostsOfVariable(name).length > 0 && (value.kind !== 'literal' || !isPlaceholder(value.text)),
  )
  const names = [...new Set(keys.map(({ name }) => name))]
  if (names.length === 0) return []
  return [
    `${path} sets ${names.join(', ')}, which every program of yours can read: \`cordon import ${shellWord(path)}${options}\` moves ${names.length === 1 ? 'it' : 'them'} into the store.`,
  ]
}
