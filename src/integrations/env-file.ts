/**
 * Our lines in a file that belongs to somebody else: a block between two comment lines, in a dotenv file or a git exclude
 * file. Every other byte stays as it is.
 */
import { CordonError } from '../base/error.ts'
import { assignmentsOf } from '../config/dotenv.ts'

// A git exclude file is one for all agents of a project, so each has a block of its own there.
const openingOf = (owner: string | undefined) =>
  owner === undefined ? '# >>> cordon >>>' : `# >>> cordon ${owner} >>>`
const closing = '# <<< cordon <<<'

/** The text with our block holding `lines`: in place of the older block, or at the end. Throws `block_broken`. */
export function withBlock(text: string, lines: readonly string[], owner?: string): string {
  const eol = /\r?\n/.exec(text)?.[0] ?? '\n'
  const block = [`${openingOf(owner)} put in by cordon, which also takes it out`, ...lines, closing]
    .map((line) => line + eol)
    .join('')
  const place = placeOf(text, owner)
  if (place) return text.slice(0, place.start) + block + text.slice(place.end)
  return text + (text === '' || text.endsWith('\n') ? '' : eol) + block
}

/** The text without our block. Throws `block_broken`. */
export function withoutBlock(text: string, owner?: string): string {
  const place = placeOf(text, owner)
  return place ? text.slice(0, place.start) + text.slice(place.end) : text
}

export function hasBlock(text: string): boolean {
  return placeOf(text) !== undefined
}

/** The block's offsets in the text, with the end of its last line. Throws `block_broken`. */
export function placeOf(text: string, owner?: string): { start: number; end: number } | undefined {
  const opening = openingOf(owner)
  const start = lineAt(text, opening, 0)
  if (start === undefined) return undefined
  const last = lineAt(text, closing, start)
  if (last === undefined) {
    throw new CordonError('block_broken', `The line \`${opening}\` has no \`${closing}\` below it.`, {
      hint: 'remove our lines by hand, then run the command again',
    })
  }
  const newline = text.indexOf('\n', last)
  return { start, end: newline === -1 ? text.length : newline + 1 }
}

function lineAt(text: string, beginning: string, from: number): number | undefined {
  if (text.startsWith(beginning, from)) return from
  const before = text.indexOf(`\n${beginning}`, from)
  return before === -1 ? undefined : before + 1
}

/**
 * The dotenv text that gives these variables their values. Our block wins over a person's line for the same variable,
 * because the last assignment counts; where one stands below the block, the block moves to the end.
 * Throws `env_file_faulty` where a quote above would swallow the block.
 */
export function withVariables(text: string, variables: Readonly<Record<string, string>>): string {
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${quoted(value)}`)
  const inPlace = withBlock(text, lines)
  const below = inPlace.slice(placeOf(inPlace)?.end)
  const isOverridden = assignedIn(below, Object.keys(variables)).length > 0
  const result = isOverridden ? withBlock(withoutBlock(text), lines) : inPlace
  refuseOpenQuote(result.slice(0, placeOf(result)?.start))
  return result
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
