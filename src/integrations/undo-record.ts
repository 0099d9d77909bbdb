/** What an undo record holds; where it lies and how it is kept is in `manifest.ts`. */
import type { Part } from './integration.ts'

export interface Manifest {
  version: 3
  /** The agent's home that was set up. */
  home: string
  /** The folders that were made, outermost first. */
  folders: string[]
  files: Undo[]
}

/** One file before the first set-up, and how to know it again. */
export interface Undo {
  path: string
  before: Before
  mode: number
  /** What we wrote: the SHA-256 of its text in hex, and its mode. */
  wrote: { digest: string; mode: number }
  part: Part
}

/**
 * What a file was: none; a text that is remembered whole, as a login without its key is; or what is left of ours when our
 * part is taken out and the rest is mended.
 */
export type Before =
  | { kind: 'absent' }
  | { kind: 'text'; text: string }
  | { kind: 'rest'; digest: string; mends: readonly Mend[] }

/** So many letters dropped at an offset, or a text put there. */
export interface Mend {
  at: number
  drop: number
  put: string
}
