/**
 * The systems of Linux that keep roots of the administrator in a folder and make everything else of it with one command.
 */
import { join } from 'node:path'
import { lstatIfThere, readIfThere } from '../base/file.ts'
import { type Machine, programOn } from './machine.ts'
import type { Anchor, Found, TrustStore } from './store.ts'

interface Layout {
  /** Where anchors lie; a system is told by this folder, as mkcert does. */
  anchors: string
  extension: 'crt' | 'pem'
  update: readonly [string, ...string[]]
  /** What the command is told besides, to forget an anchor that is gone: Debian's leaves its links behind otherwise. */
  forgetting: readonly string[]
  /** The file that programs read. */
  made: string
  package: string
}

const layouts: readonly Layout[] = [
  // Fedora, RHEL and their like
  {
    anchors: 'etc/pki/ca-trust/source/anchors',
    extension: 'pem',
    update: ['update-ca-trust', 'extract'],
    forgetting: [],
    made: 'etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
    package: 'ca-certificates',
  },
  // Arch
  {
    anchors: 'etc/ca-certificates/trust-source/anchors',
    extension: 'crt',
    update: ['trust', 'extract-compat'],
    forgetting: [],
    made: 'etc/ca-certificates/extracted/tls-ca-bundle.pem',
    package: 'p11-kit',
  },
  // SUSE
  {
    anchors: 'etc/pki/trust/anchors',
    extension: 'pem',
    update: ['update-ca-certificates'],
    forgetting: ['--fresh'],
    made: 'var/lib/ca-certificates/ca-bundle.pem',
    package: 'ca-certificates',
  },
  // Debian, Ubuntu
  {
    anchors: 'usr/local/share/ca-certificates',
    extension: 'crt',
    update: ['update-ca-certificates'],
    forgetting: ['--fresh'],
    made: 'etc/ssl/certs/ca-certificates.crt',
    package: 'ca-certificates',
  },
]

/** The system's store, where this is a Linux that has one. */
export function linuxStores(machine: Machine): Found[] {
  if (machine.platform !== 'linux') return []
  const layout = layouts.find(({ anchors }) => lstatIfThere(join(machine.root, anchors))?.isDirectory())
  if (!layout) return []
  const label = `the system's store ${join(machine.root, layout.anchors)}`
  const [tool, ...rest] = layout.update
  const program = programOn(machine, tool)
  if (program !== undefined)
    return [{ state: 'usable', store: folderStore(machine, layout, label, [program, ...rest]) }]
  return [{ state: 'unusable', label, why: `there is no ${tool}; the package ${layout.package} brings it` }]
}

function folderStore({ root }: Machine, layout: Layout, label: string, update: readonly string[]): TrustStore {
  const pathOf = ({ name }: Anchor) => join(root, layout.anchors, `${name}.${layout.extension}`)
  return {
    label,
    holds(anchor) {
      const pem = String(anchor.certificate).trim()
      const isAnchor = readIfThere(pathOf(anchor))?.trim() === pem
      const isMade = readIfThere(join(root, layout.made))?.includes(pem) === true
      if (isAnchor && isMade) return 'yes'
      return isAnchor || isMade ? 'partly' : 'no'
    },
    add: (anchor) => [
      { words: ['install', '-m', '0644', anchor.file, pathOf(anchor)], asRoot: true },
      { words: update, asRoot: true },
    ],
    remove: (anchor) => [
      { words: ['rm', '-f', pathOf(anchor)], asRoot: true },
      { words: [...update, ...layout.forgetting], asRoot: true },
    ],
  }
}
