/**
 * Where a scope's control socket is, and how it is opened so that nobody else can be behind it or listen in: in a folder
 * that its owner alone may enter, and never in the place of anything but a socket that nobody answers on.
 */
import { hash } from 'node:crypto'
import { chmodSync, rmSync, statSync } from 'node:fs'
import { connect, type Server } from 'node:net'
import { dirname, join } from 'node:path'
import { CordonError, sentenceOf, systemCodeOf } from '../base/error.ts'
import { lstatIfThere, makePrivateFolder, privateFile, refuseSymlink } from '../base/file.ts'
import { runtimeHomeOf } from '../base/paths.ts'
import type { Scope } from '../config/scope.ts'

/** unix(7): `sun_path` has 108 bytes on Linux and 104 on macOS and the BSDs, the last of them zero. */
const longestPath = process.platform === 'linux' ? 107 : 103

/**
 * The runtime folder of the person, else cordon's own folder, else, where that path is too long for a socket, one below /tmp.
 * A pipe on Windows. The name follows from the scope.
 */
export function socketPathFor(
  { folder, cordonHome }: Pick<Scope, 'folder' | 'cordonHome'>,
  env: NodeJS.ProcessEnv,
): string {
  const name = hash('sha256', folder).slice(0, 16)
  if (process.platform === 'win32') return `\\\\.\\pipe\\cordon-${name}`
  const runtime = runtimeHomeOf(env)
  const folders = [
    ...(runtime !== undefined && isOurs(runtime) ? [join(runtime, 'cordon')] : []),
    join(cordonHome, 'run'),
  ]
  const paths = folders.map((one) => join(one, `${name}.sock`))
  return paths.find(fits) ?? join('/tmp', `cordon-${process.getuid?.()}`, `${name}.sock`)
}

const fits = (path: string) => Buffer.byteLength(path) <= longestPath

// XDG base directory specification: the folder must be the user's own; `sudo` and `su` may leave that of another one there.
function isOurs(folder: string): boolean {
  const stats = statSync(folder, { throwIfNoEntry: false })
  return stats?.isDirectory() === true && stats.uid === process.getuid?.()
}

/**
 * Resolves once the server listens. Throws `symlink_refused` and `control_unsafe` where something else is in the way, and
 * `proxy_running` where somebody answers there already.
 */
export async function listenAt(server: Server, path: string): Promise<void> {
  if (process.platform === 'win32') return bind(server, path)
  makeSafe(dirname(path))
  const there = lstatIfThere(path)
  if (there) {
    refuseSymlink(path)
    if (!there.isSocket()) throw unsafe(path, `${path} is no socket`)
    if (await isAnswered(path)) throw running()
    rmSync(path)
  }
  await bind(server, path)
  chmodSync(path, privateFile)
}

function makeSafe(folder: string): void {
  refuseSymlink(folder)
  try {
    makePrivateFolder(folder)
  } catch (cause) {
    throw unsafe(folder, `${folder} cannot be made: ${sentenceOf(cause)}`)
  }
  // Once more: between the look and the making another user may have put a link there; our own folder nobody replaces.
  refuseSymlink(folder)
  if (!isOurs(folder)) throw unsafe(folder, `${folder} is another user's`)
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path)
    socket.once('connect', () => done(true))
    socket.once('error', () => done(false))
    socket.once('connect', () => socket.destroy())
  })
}

function bind(server: Server, path: string): Promise<void> {
  return new Promise((done, fail) => {
    const refused = (cause: Error) => {
      fail(
        systemCodeOf(cause) === 'EADDRINUSE' ? running() : unsafe(path, `${path} cannot be opened: ${cause.message}`),
      )
    }
    server.once('error', refused)
    server.listen(path, () => {
      server.off('error', refused)
      done()
    })
  })
}

const running = () =>
  new CordonError('proxy_running', 'cordon already runs for this configuration.', {
    hint: 'see what it does with `cordon status`, or end it with `cordon stop`',
  })

const unsafe = (path: string, why: string) =>
  new CordonError('control_unsafe', `There can be no control socket: ${why}.`, {
    hint: `look at it with \`ls -ld ${path}\`, then remove it`,
  })
