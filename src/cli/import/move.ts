import type { Assignment, Literal } from '../../config/dotenv.ts'
import type { RouteDraft } from '../../config/edit.ts'
import type { Secret } from '../../secrets/secret.ts'
import type { SecretPlace } from '../../secrets/source.ts'
import { andList } from '../word.ts'

/** A variable wherever it was found; one of the environment has no line. */
export type Sighting = Pick<Assignment, 'name' | 'value'> & { line?: number }

/** What becomes of a variable that holds a key, or something that looks like one. */
export type Outcome = Move | Stay

export interface Move {
  kind: 'move'
  name: string
  lines: readonly number[]
  /** Where it stands in a file. */
  literals: readonly Literal[]
  secret: Secret
  /** The routes that carry it, those to be added too. */
  routes: readonly string[]
  places: readonly SecretPlace[]
  /** The routes to be added. */
  drafts: readonly RouteDraft[]
  /** Hosts of other regions, which the key may be for in place of the first of these. */
  regions: readonly string[]
}

export interface Stay {
  kind: 'stay'
  name: string
  /** False where cordon knows no route for it. */
  isKnown: boolean
  /** Why, and what mends it. */
  sentence: string
}

/** A variable of a known host stays, for this reason. */
export function stays(name: string, lines: readonly number[], why: string): Stay {
  return { kind: 'stay', name, isKnown: true, sentence: `${name}${atLines(lines)} stays: ${why}.` }
}

export const linesOf = (group: readonly Sighting[]): number[] => group.flatMap(({ line }) => line ?? [])

/** ` (line 3)`, ` (lines 3 and 9)`, or nothing for a variable of the environment. */
export function atLines(lines: readonly number[]): string {
  return lines.length === 0 ? '' : ` (line${lines.length === 1 ? '' : 's'} ${andList(lines.map(String))})`
}
