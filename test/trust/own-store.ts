/**
 * Debian's trust store for one desk alone: in a mount namespace two folders of the desk stand in the place of the machine's,
 * so that the real `update-ca-certificates` works on them and on nothing else.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Desk } from '../desk.ts'

const stores = { local: '/usr/local/share/ca-certificates', made: '/etc/ssl/certs' }

function whyNot(): string | undefined {
  if (spawnSync('update-ca-certificates', ['--help']).error) return 'this is no Debian'
  const { status } = spawnSync('unshare', ['--map-root-user', '--mount', 'mount', '--bind', '/tmp', '/mnt'])
  return status === 0 ? undefined : 'this machine allows no mount namespace'
}

/** Why the real store cannot be had here. */
export const noOwnStore = whyNot()

/** Makes the store; the answer is a program that runs the rest of its line in front of it, as root of the namespace. */
export function ownStore({ folder }: Desk): string {
  const [local, made, program] = ['local', 'made', 'before-own-store'].map((name) => join(folder, name))
  if (!local || !made || !program) throw new Error('three paths')
  mkdirSync(local)
  cpSync(stores.made, made, { recursive: true, verbatimSymlinks: true })
  const mounts = `mount --bind '${local}' ${stores.local} && mount --bind '${made}' ${stores.made} && exec "$@"`
  writeFileSync(
    program,
    `#!/bin/sh\nexec unshare --map-root-user --mount sh -c '${mounts.replaceAll("'", `'\\''`)}' sh "$@"\n`,
  )
  chmodSync(program, 0o755)
  const { status, stderr } = spawnSync(program, ['update-ca-certificates', '--fresh'], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return program
}
