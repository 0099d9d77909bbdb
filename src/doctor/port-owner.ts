import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export interface PortOwner {
  pid: number
  command: string
}

/** The process that listens on a port of loopback; undefined where the system does not tell us (it is another user's). */
export function ownerOfPort(port: number): PortOwner | undefined {
  try {
    return process.platform === 'linux' ? ownerFromProc(port) : ownerFromLsof(port)
  } catch {
    // Looking is best effort: a process may end while we look, and `lsof` may not be there.
    return undefined
  }
}

/** proc(5): a line of /proc/net/tcp has the local address, the state (0A is LISTEN) and the socket's inode. */
function ownerFromProc(port: number): PortOwner | undefined {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0')
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => readFileSync(file, 'utf8').split('\n').slice(1))
  const columns = lines
    .map((line) => line.trim().split(/\s+/))
    .find(([, local, , state]) => local?.endsWith(`:${hexPort}`) && state === '0A')
  const inode = columns?.[9]
  if (inode === undefined) return undefined
  const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && holdsSocket(name, inode))
  return pid === undefined ? undefined : { pid: Number(pid), command: readFileSync(`/proc/${pid}/comm`, 'utf8').trim() }
}

function holdsSocket(pid: string, inode: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => linkOf(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`)
  } catch {
    return false
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

function ownerFromLsof(port: number): PortOwner | undefined {
  const told = execFileSync('lsof', ['-nP', `-iTCP@127.0.0.1:${port}`, '-sTCP:LISTEN', '-Fpc'], {
    encoding: 'utf8',
    timeout: 3000,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const pid = /^p(\d+)$/m.exec(told)?.[1]
  const command = /^c(.+)$/m.exec(told)?.[1]
  return pid === undefined || command === undefined ? undefined : { pid: Number(pid), command }
}
