/** Variables in a dotenv file that belongs to somebody else. */
import { CordonError } from '../base/error.ts'
import { assignmentsOf } from '../config/dotenv.ts'
import { editBlock, placeOf, withoutBlock } from './block.ts'
import type { BlockPart } from './integration.ts'

/**
 * The dotenv text that gives these variables their values. Our block wins over a person's line for the same variable,
 * because the last assignment counts; where one stands below the block, the block moves to the end.
 * Throws `env_file_faulty` where a quote above would swallow the block.
 */
export function editVariables(
  text: string,
  variables: Readonly<Record<string, string>>,
  ours: BlockPart | undefined,
): { text: string; part: BlockPart } {
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${quoted(value)}`)
  const inPlace = editBlock(text, lines, ours)
  const below = inPlace.text.slice(placeOf(inPlace.text)?.end)
  const isOverridden = assignedIn(below, Object.keys(variables)).length > 0
  const edit = isOverridden ? editBlock(withoutBlock(inPlace.text), lines, undefined) : inPlace
  refuseOpenQuote(edit.text.slice(0, placeOf(edit.text)?.start))
  return edit
}

/** The value that our block gives a variable. */
export function variableIn(text: string, name: string): string | undefined {
  const place = placeOf(text)
  const block = place ? text.slice(place.start, place.end) : ''
  const value = new RegExp(`^${name}="(.*)"\\r?$`, 'm').exec(block)?.[1]
  return value?.replace(/\\(.)/g, '$1')
}

/** Which of these variables the text assigns. */
export function assignedIn(text: string, names: readonly string[]): string[] {
  const assigned = new Set(assignmentsOf(text).map(({ name }) => name))
  return names.filter((name) => assigned.has(name))
}

// A value without quotes ends at ` #`, and one with a blank in it is dropped whole, so every value gets quotes.
function quoted(value: string): string {
  return `"${value.replace(/["\\$]/g, '\\$&')}"`
}

function refuseOpenQuote(text: string): void {
  const open = assignmentsOf(text).find(({ value }) => value.kind === 'open')
  if (open?.value.kind !== 'open') return
  const sentence = `Line ${open.line} of .env opens a quote (${open.value.quote}) that is never closed.`
  throw new CordonError('env_file_faulty', sentence, { hint: 'close it, then run the command again' })
}
