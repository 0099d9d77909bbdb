/**
 * A real Secret Service (gnome-keyring) in a D-Bus session of the test's own, headless: nothing of the person's session is
 * seen or touched, and no window can open. The bus starts the keyring when somebody first asks for it, as on a desktop.
 */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'

export interface SecretService {
  /** For child processes: the bus, a home and XDG folders of their own, PATH, and nothing else. */
  env: NodeJS.ProcessEnv
  /** The gnome-keyring-daemon that runs now; after a kill the bus starts another one for whoever asks next. */
  pid(): number
  /** Locks the collection, as a screen saver does. Nobody can unlock it: there is no window to ask in. */
  lock(): Promise<void>
  /** What `secret-tool lookup` prints for these attributes, or undefined where there is no such entry. */
  lookup(attributes: Record<string, string>): Promise<string | undefined>
}

const programs = ['dbus-daemon', 'dbus-send', 'gnome-keyring-daemon', 'secret-tool']

/** Why no Secret Service can be started here, for `test(name, { skip }, ...)`. In CI there is no such excuse. */
export const secretServiceSkip: string | false = skipReason()

/** A session with an unlocked login keyring. It ends with the test. */
export function startSecretService(t: TestContext): Promise<SecretService> {
  return startSession(t, 'unlocked')
}

/** `no provider`: a bus where nobody keeps secrets. `no collection`: a Secret Service in which no keyring was ever made. */
export async function startSession(
  t: TestContext,
  kind: 'unlocked' | 'no provider' | 'no collection',
): Promise<SecretService> {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-session-'))
  const pidFile = join(folder, 'pid')
  const pid = () => Number(readFileSync(pidFile, 'utf8'))
  writeBusFiles(folder, kind === 'no provider' ? undefined : keyringScript(pidFile, folder, kind))
  const bare = homeIn(folder)
  t.after(() => existsSync(pidFile) && killIfAlive(pid()))
  const env = { ...bare, DBUS_SESSION_BUS_ADDRESS: await startBus(t, folder, bare) }
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  if (kind !== 'no provider') await run('secret-tool', ['search', 'nothing', 'yet'], { env })
  return {
    env,
    pid,
    async lock() {
      const call = [
        '/org/freedesktop/secrets',
        'org.freedesktop.Secret.Service.Lock',
        'array:objpath:/org/freedesktop/secrets/collection/login',
      ]
      const { stdout } = await run(
        'dbus-send',
        ['--session', '--print-reply', '--dest=org.freedesktop.secrets', ...call],
        { env },
      )
      assert.match(stdout, /collection\/login/)
    },
    async lookup(attributes) {
      try {
        return (await run('secret-tool', ['lookup', ...Object.entries(attributes).flat()], { env })).stdout
      } catch {
        return undefined
      }
    },
  }
}

const run = promisify(execFile)

function homeIn(folder: string): NodeJS.ProcessEnv {
  const home = {
    HOME: folder,
    XDG_RUNTIME_DIR: join(folder, 'run'),
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_CONFIG_HOME: join(folder, 'config'),
  }
  for (const path of Object.values(home)) mkdirSync(path, { recursive: true, mode: 0o700 })
  return { PATH: process.env.PATH, ...home }
}

// gnome-keyring makes a login keyring, and with it the default collection, only when it is unlocked as it starts.
function keyringScript(pidFile: string, folder: string, kind: 'unlocked' | 'no collection'): string {
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, 'of this test\n')
  const options =
    kind === 'unlocked' ? `--unlock --components=secrets < '${passwordFile}'` : '--start --components=secrets'
  return `#!/bin/sh\necho $$ > '${pidFile}'\nexec gnome-keyring-daemon --foreground ${options}\n`
}

function writeBusFiles(folder: string, keyring: string | undefined): void {
  const services = join(folder, 'services')
  mkdirSync(services)
  if (keyring !== undefined) {
    const script = join(folder, 'keyring.sh')
    writeFileSync(script, keyring)
    writeFileSync(
      join(services, 'secrets.service'),
      `[D-BUS Service]\nName=org.freedesktop.secrets\nExec=/bin/sh ${script}\n`,
    )
  }
  writeFileSync(
    join(folder, 'bus.conf'),
    `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${join(folder, 'bus')}</listen>
  <auth>EXTERNAL</auth>
  <servicedir>${services}</servicedir>
  <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
`,
  )
}

/** Starts the bus and returns its address. */
async function startBus(t: TestContext, folder: string, env: NodeJS.ProcessEnv): Promise<string> {
  const bus = spawn(
    'dbus-daemon',
    [`--config-file=${join(folder, 'bus.conf')}`, '--nofork', '--nopidfile', '--print-address=1'],
    { env, stdio: ['ignore', 'pipe', 'ignore'] },
  )
  t.after(async () => {
    if (bus.exitCode !== null || bus.signalCode !== null) return
    bus.kill()
    await once(bus, 'exit')
  })
  const [address] = await once(bus.stdout.setEncoding('utf8'), 'data')
  return String(address).trim()
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It went before the test ended.
  }
}

function skipReason(): string | false {
  if (process.platform !== 'linux') return 'the Secret Service is of Linux'
  const missing = programs.filter((program) => !isInstalled(program))
  if (missing.length === 0 || process.env.CI) return false
  return `not installed: ${missing.join(', ')} (Debian: dbus gnome-keyring libsecret-tools)`
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
