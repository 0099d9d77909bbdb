/**
 * The memory of a set-up: how to get from each file back to what it was before, byte for byte.
 *
 *     <state folder>/integrations/codex.json   0600
 *
 * It is written before the first file changes. A file that is still as we wrote it gets its old bytes back; from one that
 * somebody changed since, only our part is taken out. What a person has in a file is not copied here, but for the values
 * that ours took the place of; a real key never is: for that of a login there is a mark, and the key's place.
 */
import { createHash } from 'node:crypto'
import { CordonError } from '../base/error.ts'
import { readIfThere } from '../base/file.ts'
import { shellWord } from '../base/shell.ts'
import type { Part } from './integration.ts'
import { type OlderManifest, renewed } from './older-manifest.ts'
import type { Manifest, Undo } from './undo-record.ts'

/** What becomes of a file that was changed since: as before the set-up, without our part, or left as it is. */
export type TakenOut = { result: 'original' } | { result: 'text'; text: string } | { result: 'kept' }

/** Takes our part out of a text; what it could not take out it tells. */
export type TakeOut = (
  file: Pick<Undo, 'path' | 'part' | 'before'>,
  text: string,
  tell: (notice: string) => void,
) => TakenOut

/** Reads a manifest, or undefined when nothing was set up. Throws `manifest_unreadable`. */
export function readManifest(path: string): Manifest | undefined {
  const text = readIfThere(path)
  if (text === undefined) return undefined
  try {
    const manifest = JSON.parse(text) as Manifest | OlderManifest
    if (Array.isArray(manifest.files) && Array.isArray(manifest.folders))
      switch (manifest.version) {
        case 1:
        case 2:
          return renewed(manifest)
        case 3:
          return manifest
      }
  } catch {
    // Told below, in the same words as a file of another shape.
  }
  throw new CordonError('manifest_unreadable', `${path} is not the undo record that cordon wrote.`, {
    hint: `restore it from a backup; or run \`rm ${shellWord(path)}\`, and take out by hand what names cordon in the agent's files`,
  })
}

/** Our part of a file, as it was written the last time. */
export const partOf = (manifest: Manifest | undefined, path: string): Part | undefined =>
  manifest?.files.find((file) => file.path === path)?.part

/** SHA-256 in hex. */
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')
