/**
 * The databases of NSS: one for each profile of Firefox, one for every Chromium of a user on Linux.
 */
import type { X509Certificate } from 'node:crypto'
import { globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ask } from '../base/command.ts'
import { CordonError } from '../base/error.ts'
import { lstatIfThere } from '../base/file.ts'
import { certificatesIn } from '../tls/roots.ts'
import { type Machine, programOn } from './machine.ts'
import type { Anchor, Found, TrustStore } from './store.ts'

/** Below the home folder: as installed, as a snap, as a flatpak. Each profile is a folder of its own. */
const places = [
  '.pki/nssdb',
  'snap/chromium/current/.pki/nssdb',
  '.var/app/org.chromium.Chromium/.pki/nssdb',
  '.var/app/com.google.Chrome/.pki/nssdb',
  '.mozilla/firefox/*',
  '.config/mozilla/firefox/*',
  'snap/firefox/common/.mozilla/firefox/*',
  '.var/app/org.mozilla.firefox/.mozilla/firefox/*',
  'Library/Application Support/Firefox/Profiles/*',
]

/** Every database of this user. */
export function nssStores(machine: Machine): Found[] {
  if (machine.platform === 'win32') return []
  const folders = places
    .flatMap((place) => globSync(join(place, 'cert9.db'), { cwd: machine.home }))
    .map((file) => dirname(join(machine.home, file)))
    .sort()
  const certutil = programOn(machine, 'certutil')
  return folders.map((folder) => {
    const label = `the NSS database ${folder}`
    if (certutil !== undefined) return { state: 'usable', store: database(machine, certutil, folder, label) }
    return { state: 'unusable', label, why: `there is no certutil; ${packageFor(machine)} brings it` }
  })
}

function packageFor({ platform, root }: Machine): string {
  if (platform === 'darwin') return '`brew install nss`'
  const packages = [
    ['etc/debian_version', '`apt install libnss3-tools`'],
    ['etc/fedora-release', '`dnf install nss-tools`'],
    ['etc/redhat-release', '`dnf install nss-tools`'],
    ['etc/arch-release', '`pacman -S nss`'],
    ['etc/SUSE-brand', '`zypper install mozilla-nss-tools`'],
  ] as const
  const known = packages.find(([file]) => lstatIfThere(join(root, file)))
  return known?.[1] ?? 'the package with the tools of NSS'
}

function database(machine: Machine, certutil: string, folder: string, label: string): TrustStore {
  const at = ['-d', `sql:${folder}`]
  const step = (...words: readonly string[]) => ({ words: [certutil, ...words], asRoot: false })
  return {
    label,
    holds: (anchor) => (nicknameOf(anchor) === undefined ? 'no' : 'yes'),
    add: ({ name, file }) => [step('-A', ...at, '-t', 'C,,', '-n', name, '-i', file)],
    remove: (anchor) => [step('-D', ...at, '-n', nicknameOf(anchor) ?? anchor.name)],
  }

  // NSS gives all certificates of one subject one nickname, that of the first: ours may stand under another name than its own.
  function nicknameOf({ certificate }: Anchor): string | undefined {
    const isOurs = ({ fingerprint256 }: X509Certificate) => fingerprint256 === certificate.fingerprint256
    for (const nickname of nicknames()) {
      const named = certificatesIn(
        (ask([certutil, '-L', ...at, '-n', nickname, '-a'], machine) ?? '').replaceAll('\r', ''),
      )
      if (!named.some(isOurs)) continue
      if (named.every(isOurs)) return nickname
      throw new CordonError(
        'root_store_failed',
        `${folder} holds another certificate of cordon's name as "${nickname}".`,
        {
          hint: `look with \`certutil -L ${at.join(' ')}\`, and delete what you put in with \`certutil -D\``,
        },
      )
    }
    return undefined
  }

  function nicknames(): string[] {
    const list = ask([certutil, '-L', ...at], machine)
    if (list === undefined)
      throw new CordonError('root_store_failed', `certutil cannot read ${folder}.`, {
        hint: `see why with \`certutil -L ${at.join(' ')}\``,
      })
    return [...list.matchAll(/^(.*\S)\s+[a-zA-Z]*,[a-zA-Z]*,[a-zA-Z]*\s*$/gm)].map(([, nickname = '']) => nickname)
  }
}
