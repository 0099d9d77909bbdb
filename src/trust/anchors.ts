/**
 * The certificates that were made for stores, each a file in a folder of the scope's own. A file is written before any store
 * gets the certificate and removed after the last one gave it up, so whatever is in a store is known here:
 *
 *     certs/trusted/cordon-project-1a2b3c4d-5e6f7a8b.pem
 */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { lstatIfThere, readIfThere, writeWhole } from '../base/file.ts'
import type { Ca } from '../tls/ca.ts'
import { constrainedCa, constrainedId } from '../tls/constrained.ts'
import { certificatesIn } from '../tls/roots.ts'
import type { Anchor } from './store.ts'

/** The anchor for these names, as it is kept in the folder, or new and not written yet. */
export function anchorFor(folder: string, scopeName: string, ca: Ca, names: readonly string[]): Anchor {
  const name = `cordon-${scopeName}-${constrainedId(ca, names)}`
  const kept = keptAnchors(folder).find((one) => one.name === name)
  return kept ?? { name, file: fileOf(folder, name), certificate: constrainedCa(ca, names) }
}

/** Every anchor that a store may hold. */
export function keptAnchors(folder: string): Anchor[] {
  if (!lstatIfThere(folder)) return []
  return readdirSync(folder)
    .filter((entry) => entry.endsWith(extension))
    .sort()
    .flatMap((entry) => {
      const file = join(folder, entry)
      const [certificate] = certificatesIn(readIfThere(file) ?? '')
      return certificate ? [{ name: entry.slice(0, -extension.length), file, certificate }] : []
    })
}

export function keepAnchor({ file, certificate }: Anchor): void {
  if (readIfThere(file) === undefined) writeWhole(file, String(certificate), 0o644)
}

export function forgetAnchor({ file }: Anchor): void {
  rmSync(file, { force: true })
}

const extension = '.pem'
const fileOf = (folder: string, name: string) => join(folder, name + extension)
