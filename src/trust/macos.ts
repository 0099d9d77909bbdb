import { join } from 'node:path'
import { ask } from '../base/command.ts'
import { certificatesIn } from '../tls/roots.ts'
import type { Machine } from './machine.ts'
import type { Anchor, Found } from './store.ts'

/** The login keychain, which takes no root: the CA is one user's, and so is the trust in it. */
export function macosStores(machine: Machine): Found[] {
  if (machine.platform !== 'darwin') return []
  const keychain = join(machine.home, 'Library/Keychains/login.keychain-db')
  const holds = ({ certificate }: Anchor) =>
    certificatesIn(ask(['security', 'find-certificate', '-a', '-p', keychain], machine) ?? '').some(
      ({ fingerprint256 }) => fingerprint256 === certificate.fingerprint256,
    )
  return [
    {
      state: 'usable',
      store: {
        label: `the keychain ${keychain}`,
        holds: (anchor) => (holds(anchor) ? 'yes' : 'no'),
        add: ({ file }) => [
          {
            words: ['security', 'add-trusted-cert', '-r', 'trustRoot', '-p', 'ssl', '-k', keychain, file],
            asRoot: false,
          },
        ],
        // The settings first: of a certificate that is gone they could not be found any more.
        remove: ({ file, certificate }) => [
          { words: ['security', 'remove-trusted-cert', file], asRoot: false },
          {
            words: ['security', 'delete-certificate', '-Z', certificate.fingerprint.replaceAll(':', ''), keychain],
            asRoot: false,
          },
        ],
      },
    },
  ]
}
