import { ask } from '../base/command.ts'
import type { Machine } from './machine.ts'
import type { Anchor, Found } from './store.ts'

/** The root store of the current user, which takes no administrator; Windows itself asks whether the root is meant. */
export function windowsStores(machine: Machine): Found[] {
  if (machine.platform !== 'win32') return []
  const sha1 = ({ certificate }: Anchor) => certificate.fingerprint.replaceAll(':', '').toLowerCase()
  const certutil = (...words: readonly string[]) => ({ words: ['certutil.exe', '-user', ...words], asRoot: false })
  return [
    {
      state: 'usable',
      store: {
        label: "this user's root store of Windows",
        holds: (anchor) => (ask(certutil('-store', 'Root', sha1(anchor)).words, machine) === undefined ? 'no' : 'yes'),
        add: ({ file }) => [certutil('-f', '-addstore', 'Root', file)],
        remove: (anchor) => [certutil('-delstore', 'Root', sha1(anchor))],
      },
    },
  ]
}
