/**
 * A machine of the test's own: a real systemd as the first process of new namespaces, on a copy of this machine's files
 * that forgets every change. Nothing of it reaches the kernel's settings, and its processes end with it.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const systemd = '/lib/systemd/systemd'

export interface Box {
  /** Runs a shell script in the box, as root or as a user of it: all that it printed, and its exit code. */
  sh(script: string, user?: string): { code: number | null; printed: string }
}

/** Why a box cannot be had here; undefined where it can. */
export const noBox =
  process.getuid?.() !== 0
    ? 'making namespaces of this kind takes root'
    : !existsSync(systemd) || !existsSync('/usr/bin/dbus-daemon')
      ? 'there is no systemd on this machine'
      : cgroupFolder() === undefined
        ? 'there is no cgroup2 on this machine'
        : undefined

/**
 * Boots a box with cordon in `/opt/cordon`, as an administrator would put it there. Its processes end with this one at the
 * latest, even if it is killed.
 */
export async function openBox(t: TestContext): Promise<Box> {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-box-'))
  const cgroup = join(cgroupFolder() ?? '', `cordon-box-${process.pid}`)
  mkdirSync(cgroup)
  writeFileSync(join(folder, 'boot'), bootScript(folder))
  const script = `echo $$ >'${cgroup}/cgroup.procs' && exec setpriv --pdeathsig KILL unshare --mount --pid --fork --cgroup --uts --ipc --kill-child sh '${folder}/boot'`
  const outer = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [outer.stdout, outer.stderr])
    stream.on('data', (text) => {
      said += text
    })
  t.after(() => close(outer, cgroup, folder))
  const enter = () => ['-t', String(firstProcess(outer)), '-m', '-p', '-u', '-i', '-C', '--']
  const sh: Box['sh'] = (text, user) => {
    const words = user === undefined ? ['sh', '-c', text] : ['runuser', '-u', user, '--', 'sh', '-c', text]
    const { status, stdout } = spawnSync('nsenter', [...enter(), ...withOutput(words)], {
      encoding: 'utf8',
      env: environment,
    })
    return { code: status, printed: stdout }
  }
  await until(
    () => firstProcess(outer) !== undefined && /^(running|degraded)/.test(sh('systemctl is-system-running').printed),
    () => said,
  )
  return { sh }
}

const environment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' }

const withOutput = (words: readonly string[]) => ['sh', '-c', 'exec "$@" 2>&1', 'sh', ...words]

/** The systemd of the box as the machine around it numbers it. */
function firstProcess({ pid }: ChildProcess): number | undefined {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return children === '' ? undefined : Number(children)
}

// It takes SIGTERM for the wish to be started anew, so that only SIGKILL ends it, and all in its namespace with it.
async function close(outer: ChildProcess, cgroup: string, folder: string): Promise<void> {
  const inner = outer.exitCode === null ? firstProcess(outer) : undefined
  if (inner !== undefined) process.kill(inner, 'SIGKILL')
  if (outer.exitCode === null && outer.signalCode === null) await once(outer, 'exit')
  await until(
    () => removed(cgroup),
    () => `${cgroup} is still in use`,
  )
  rmSync(folder, { recursive: true })
}

function removed(cgroup: string): boolean {
  try {
    for (const entry of readdirSync(cgroup, { withFileTypes: true }))
      if (entry.isDirectory()) removed(join(cgroup, entry.name))
    rmdirSync(cgroup)
    return true
  } catch {
    // The kernel still ends what was in it.
    return false
  }
}

async function until(isSo: () => boolean, otherwise: () => string): Promise<void> {
  const deadline = performance.now() + 30_000
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(otherwise())
    await sleep(50)
  }
}

function cgroupFolder(): string | undefined {
  return / (\S+) cgroup2 /.exec(readFileSync('/proc/mounts', 'utf8'))?.[1]
}

function bootScript(folder: string): string {
  return `set -e
B='${folder}/box'; R=$B/root
mkdir $B
mount --make-rprivate /
mount -t tmpfs tmpfs $B
mkdir $B/upper $B/work $R
mount -t overlay overlay -o lowerdir=/,upperdir=$B/upper,workdir=$B/work $R
mount -t proc proc $R/proc
mount -t sysfs sysfs $R/sys
mount -t cgroup2 cgroup2 $R/sys/fs/cgroup
mount --rbind /dev $R/dev
mount -t tmpfs -o mode=755 tmpfs $R/run
mkdir -p $R/opt/cordon
cp -r '${repository}/dist' '${process.execPath}' $R/opt/cordon/
mount -t tmpfs -o mode=1777 tmpfs $R/tmp
mkdir $R/old
cd $R
pivot_root . old
umount -l /old
rm -f /etc/systemd/system/*.wants/* /etc/systemd/user/*.wants/*
for unit in sysctl modules-load binfmt udevd udev-trigger hwdb-update; do
  ln -sf /dev/null /etc/systemd/system/systemd-$unit.service
done
chmod -R go+rX,go-w /opt/cordon
printf '#!/bin/sh\\nexec /opt/cordon/node /opt/cordon/dist/cordon.js "$@"\\n' >/usr/local/bin/cordon
chmod 755 /usr/local/bin/cordon
printf '[Unit]\\nDescription=box\\nRequires=basic.target dbus.socket systemd-journald.service\\nAfter=basic.target\\nAllowIsolate=yes\\n' >/etc/systemd/system/box.target
export container=cordon-test
exec ${systemd} --system --unit=box.target --log-target=console --log-level=warning --show-status=no
`
}
