/**
 * Our lines in a file that belongs to somebody else, between two comment lines: in a dotenv file, a git exclude file, or YAML.
 * Every other byte stays as it is; and what a person wrote between our lines is the person's.
 */
import { besideMark } from '../base/byte-order-mark.ts'
import { CordonError } from '../base/error.ts'
import type { BlockPart, Part } from './integration.ts'
import { digestOf } from './manifest.ts'

// A git exclude file is one for all agents of a project, so each has a block of its own there.
const openingOf = (owner: string | undefined) =>
  owner === undefined ? '# >>> cordon >>>' : `# >>> cordon ${owner} >>>`
const anyOpening = '# >>> cordon '
const closing = '# <<< cordon <<<'
const aloneMark = 'put in by cordon, which also takes it out'
const joinedMark = `${aloneMark}, and the line break before it`

/**
 * The text with our block holding `lines`: in place of the older block, or at the end; and how to know them again. `ours` is
 * the part of an earlier run. Throws `block_broken`.
 */
export function editBlock(
  text: string,
  lines: readonly string[],
  ours: BlockPart | undefined,
  owner?: string,
): { text: string; part: BlockPart } {
  const part: BlockPart = { kind: 'block', lines: lines.map(digestOf), ...(owner !== undefined && { owner }) }
  return { text: besideMark(text, (plain) => withLines(plain, lines, ours, owner)), part }
}

function withLines(text: string, lines: readonly string[], ours: BlockPart | undefined, owner?: string): string {
  const eol = /\r?\n/.exec(text)?.[0] ?? '\n'
  const block = (mark: string) => [`${openingOf(owner)} ${mark}`, ...lines, closing].map((line) => line + eol).join('')
  if (ours === undefined) refuseBroken(text, owner)
  const base = ours === undefined || placeOf(text, owner) ? text : withoutScattered(text, ours)
  const place = placeOf(base, owner)
  if (place === undefined) {
    const isJoined = base !== '' && !base.endsWith('\n')
    return base + (isJoined ? eol + block(joinedMark) : block(aloneMark))
  }
  const foreign = ours === undefined ? '' : foreignIn(base, place, ours)
  const mark = foreign === '' && isJoinedAt(base, place) ? joinedMark : aloneMark
  return base.slice(0, place.start) + foreign + block(mark) + base.slice(place.end)
}

/** The block that an undo record remembers of a file. */
export const blockOf = (part: Part | undefined): BlockPart | undefined => (part?.kind === 'block' ? part : undefined)

/** The text without our block, whatever lies in it. */
export function withoutBlock(text: string, owner?: string): string {
  return besideMark(text, (plain) => {
    const place = placeOf(plain, owner)
    return place ? withoutPlace(plain, place, '') : plain
  })
}

/** The text without what we wrote; `hasForeign` tells that a person wrote something between, which stays. */
export function takenBackBlock(text: string, part: BlockPart): { text: string; hasForeign: boolean } {
  let hasForeign = false
  const rest = besideMark(text, (plain) => {
    const place = placeOf(plain, part.owner)
    if (place === undefined) return withoutScattered(plain, part)
    const foreign = foreignIn(plain, place, part)
    hasForeign = foreign !== ''
    return withoutPlace(plain, place, foreign)
  })
  return { text: rest, hasForeign }
}

export interface Place {
  start: number
  end: number
}

function withoutPlace(text: string, place: Place, foreign: string): string {
  const [above, below] = [text.slice(0, place.start), foreign + text.slice(place.end)]
  return (below === '' && isJoinedAt(text, place) ? above.replace(/\r?\n$/, '') : above) + below
}

const isJoinedAt = (text: string, { start, end }: Place) =>
  text.slice(start, end).split('\n', 1)[0]?.includes(joinedMark)

/** The lines within the block that are none of ours. */
function foreignIn(text: string, { start, end }: Place, { lines }: BlockPart): string {
  const [, ...rest] = linesOf(text.slice(start, end))
  return lines === undefined ? '' : rest.filter((line) => !line.startsWith(closing) && !isOurs(line, lines)).join('')
}

/** Where a person took the opening or the closing line away, each line of ours goes by itself. */
function withoutScattered(text: string, { lines = [], owner }: BlockPart): string {
  let isInOther = false
  return linesOf(text)
    .filter((line) => {
      if (line.startsWith(openingOf(owner))) return false
      isInOther ||= line.startsWith(anyOpening)
      if (!line.startsWith(closing)) return isInOther || !isOurs(line, lines)
      const isOfOther = isInOther
      isInOther = false
      return isOfOther
    })
    .join('')
}

const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

const isOurs = (line: string, lines: readonly string[]) => lines.includes(digestOf(line.replace(/\r?\n$/, '')))

export function hasBlock(text: string): boolean {
  return placeOf(text) !== undefined
}

/** The block's offsets in the text, with the end of its last line; undefined too where a person took one of its ends away. */
export function placeOf(text: string, owner?: string): Place | undefined {
  const start = lineAt(text, openingOf(owner), 0)
  const last = start === undefined ? undefined : lineAt(text, closing, start)
  if (start === undefined || last === undefined) return undefined
  // The end of another agent's block is none of this one.
  if (text.slice(start, last).includes(`\n${anyOpening}`)) return undefined
  const newline = text.indexOf('\n', last)
  return { start, end: newline === -1 ? text.length : newline + 1 }
}

/** Throws `block_broken` for a block without its last line. */
export function refuseBroken(text: string, owner?: string): void {
  if (lineAt(text, openingOf(owner), 0) === undefined || placeOf(text, owner) !== undefined) return
  throw new CordonError('block_broken', `The line \`${openingOf(owner)}\` has no \`${closing}\` below it.`, {
    hint: 'remove our lines by hand, then run the command again',
  })
}

function lineAt(text: string, beginning: string, from: number): number | undefined {
  if (text.startsWith(beginning, from)) return from
  if (from === 0 && text.startsWith(`\uFEFF${beginning}`)) return 1
  const before = text.indexOf(`\n${beginning}`, from)
  return before === -1 ? undefined : before + 1
}
