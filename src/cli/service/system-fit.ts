import { lstatSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { CordonError } from '../../base/error.ts'
import { readIfThere } from '../../base/file.ts'
import { ownCommand } from '../../base/self.ts'
import type { Config } from '../../config/config.ts'
import { secretHolders } from '../../config/holders.ts'
import { parseConfig } from '../../config/load.ts'
import type { SystemPlace } from './system-place.ts'

/** Throws `root_needed`, `program_exposed` and `service_unfit` for what a user of its own would be worth nothing with. */
export function expectSystemFit(config: Config, place: SystemPlace, name: string): void {
  if (process.getuid?.() !== 0)
    throw new CordonError('root_needed', 'A service with a user of its own takes root to install.', {
      hint: 'run the command with `sudo`, or leave `--system` out',
    })
  for (const path of ownCommand()) expectRootOnly(realpathSync(path))
  const keyring = secretHolders(config).find(({ secret }) => secret.source === 'keyring')
  if (keyring)
    throw new CordonError(
      'service_unfit',
      `The secret of ${keyring.name} lies in a keyring, and ${place.roots.user} has none.`,
      {
        hint: `run \`cordon route edit ${keyring.name} --source age\` first`,
      },
    )
  const moved = parseConfig(readIfThere(config.path) ?? '', place.config)
  if (JSON.stringify(moved.tls) !== JSON.stringify(config.tls))
    throw new CordonError(
      'service_unfit',
      `[tls] of ${config.path} has a relative path, and the service ${name} has another folder.`,
      {
        hint: 'write it from `/` on, and where every user may read it',
      },
    )
}

/** Whoever may write to the program, or put another one in its place, would be that user. */
function expectRootOnly(path: string): void {
  const { uid, mode } = lstatSync(path)
  const isClosed = (mode & 0o001) === 0 && lstatSync(path).isDirectory()
  if (uid !== 0 || (mode & 0o022) !== 0 || isClosed)
    throw new CordonError(
      'program_exposed',
      `${path} ${isClosed ? 'is closed to other users' : 'can be written to by others than root'}, and the service would run what lies there.`,
      { hint: 'put cordon where root alone writes and all may read, such as `install -m 755 cordon /usr/local/bin/`' },
    )
  if (dirname(path) !== path) expectRootOnly(dirname(path))
}
