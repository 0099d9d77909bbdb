/**
 * Undo records of earlier versions, in the form of today:
 *
 *     1   each file with its whole text of before
 *     2   what is lost of that text; an earlier value of TOML as data, and no digests of the lines of a block
 */
import { type TomlValue, valueText } from '../config/toml-value.ts'
import type { BlockPart, JsonPart, Part, SetKey } from './integration.ts'
import type { Before, Manifest, Undo } from './undo-record.ts'

export type OlderManifest = FirstManifest | SecondManifest

interface FirstManifest extends Omit<Manifest, 'version' | 'files'> {
  version: 1
  files: (Omit<SecondUndo, 'before'> & { before?: string })[]
}

interface SecondManifest extends Omit<Manifest, 'version' | 'files'> {
  version: 2
  files: SecondUndo[]
}

type SecondUndo = Omit<Undo, 'part'> & { part: SecondPart }

type SecondPart =
  | Exclude<Part, BlockPart | JsonPart | { kind: 'keys' }>
  | Omit<BlockPart, 'lines'>
  | Omit<JsonPart, 'empty'>
  | { kind: 'keys'; keys: (Omit<SetKey, 'previous'> & { previous?: TomlValue })[] }

export function renewed(manifest: OlderManifest): Manifest {
  const files: SecondUndo[] =
    manifest.version === 1 ? manifest.files.map((file) => ({ ...file, before: beforeOf(file.before) })) : manifest.files
  return { ...manifest, version: 3, files: files.map((file) => ({ ...file, part: partOf(file.part) })) }
}

const beforeOf = (text: string | undefined): Before =>
  text === undefined ? { kind: 'absent' } : { kind: 'text', text }

function partOf(part: SecondPart): Part {
  switch (part.kind) {
    case 'json':
      return { ...part, empty: [] }
    case 'keys':
      return { kind: 'keys', keys: part.keys.map(keyOf) }
    case 'block':
    case 'login':
    case 'whole':
      return part
  }
}

const keyOf = ({ path, wrote, previous }: Omit<SetKey, 'previous'> & { previous?: TomlValue }): SetKey =>
  previous === undefined ? { path, wrote } : { path, wrote, previous: valueText(previous) }
