/**
 * The unit of a service (systemd.unit(5), systemd.service(5), systemd.exec(5)). What cannot be known of every program is not
 * here: memory that is written and then executed stays allowed, because a JavaScript engine lives by it.
 */
import { readBack } from '../base/json.ts'
import type { Program } from './init-system.ts'

/** The text of the unit; one for the user's own systemd, or for that of the machine where the program has a user. */
export function unitOf(program: Program): string {
  const sections: readonly [name: string, lines: readonly string[]][] = [
    ['Unit', unitLines(program)],
    ['Service', [...serviceLines(program), '', ...sandboxLines(program)]],
    ['Install', [`WantedBy=${program.user === undefined ? 'default.target' : 'multi-user.target'}`]],
    // systemd leaves sections with this prefix alone.
    [section, [`${key}=${JSON.stringify(program.notes)}`]],
  ]
  return sections.map(([name, lines]) => `[${name}]\n${lines.join('\n')}\n`).join('\n')
}

const section = 'X-Installed'
const key = 'Notes'

/** The notes of a unit; none in a text of somebody else. */
export function notesIn(text: string): Readonly<Record<string, string>> {
  const [, notes = ''] = new RegExp(`^\\[${section}\\]\\n${key}=(\\{.*\\})$`, 'm').exec(text) ?? []
  return readBack<Record<string, string>>(notes) ?? {}
}

function unitLines({ description, user }: Program): string[] {
  return [
    `Description=${value(description)}`,
    ...(user === undefined ? [] : ['After=network-online.target', 'Wants=network-online.target']),
    'StartLimitIntervalSec=60',
    'StartLimitBurst=5',
  ]
}

function serviceLines({ start, reloadSignal, hopeless, folder, env, credentials, user }: Program): string[] {
  return [
    // Up is what says so itself (sd_notify); a process of its own does the saying.
    'Type=notify',
    'NotifyAccess=all',
    `ExecStart=${commandLine(start)}`,
    ...(user === undefined ? [] : [`User=${user}`, `Group=${user}`]),
    `WorkingDirectory=${value(folder)}`,
    ...Object.entries(env).map(([name, text]) => `Environment=${quoted(`${name}=${text}`)}`),
    ...Object.entries(credentials).map(([name, path]) => `LoadCredential=${name}:${value(path)}`),
    `ExecReload=kill -${reloadSignal} $MAINPID`,
    'Restart=on-failure',
    'RestartSec=2',
    `RestartPreventExitStatus=${hopeless.join(' ')}`,
    'TimeoutStartSec=45',
    'TimeoutStopSec=40',
  ]
}

function sandboxLines(program: Program): string[] {
  const { user, writable, hasNamespaces, runtimeFolder } = program
  return [
    'UMask=0077',
    'LimitCORE=0',
    'LimitNOFILE=65536',
    'NoNewPrivileges=yes',
    // Without it the systemd of a user takes the four below for not written.
    ...(hasNamespaces ? ['PrivateUsers=yes'] : []),
    'ProtectSystem=strict',
    `ProtectHome=${user === undefined ? 'read-only' : 'yes'}`,
    // A program whose files lie in such a folder would not find them in a private one.
    ...(isAnyTemporary(program) ? [] : ['PrivateTmp=yes']),
    ...(runtimeFolder === undefined ? [] : runtimeLines(runtimeFolder)),
    ...writable.map((path) => `ReadWritePaths=${quoted(`-${path}`)}`),
    'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
    'RestrictNamespaces=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'LockPersonality=yes',
    'SystemCallArchitectures=native',
    'SystemCallFilter=@system-service',
    'SystemCallErrorNumber=EPERM',
    ...(user === undefined ? [] : ownUserLines),
  ]
}

// systemd makes it anew after a login, and must leave it to others when the service ends.
const runtimeLines = (folder: string) => [
  `RuntimeDirectory=${folder}`,
  'RuntimeDirectoryMode=0700',
  'RuntimeDirectoryPreserve=yes',
]

/** What takes root to set up, and what only the secrets of a user of its own are worth. */
const ownUserLines = [
  'SystemCallFilter=~@privileged @resources',
  'CapabilityBoundingSet=',
  'AmbientCapabilities=',
  'PrivateDevices=yes',
  'PrivateIPC=yes',
  'ProtectClock=yes',
  'ProtectControlGroups=yes',
  'ProtectHostname=yes',
  'ProtectKernelLogs=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelTunables=yes',
  'ProtectProc=invisible',
  'RemoveIPC=yes',
  'MemorySwapMax=0',
]

function isAnyTemporary({ start, folder, writable, credentials }: Program): boolean {
  const paths = [...start, folder, ...writable, ...Object.values(credentials)]
  return paths.some((path) => /^\/(var\/)?tmp(\/|$)/.test(path))
}

/** A command line: systemd takes `%` for its own names, and `$` for variables. */
const commandLine = (words: readonly string[]) => words.map((word) => quoted(word).replaceAll('$', '$$$$')).join(' ')

const quoted = (text: string) => `"${value(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`

const value = (text: string) => text.replaceAll('%', '%%')
