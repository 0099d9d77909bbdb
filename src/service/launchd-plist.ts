/** The property list of a launchd agent (launchd.plist(5)). */
import type { Program } from './init-system.ts'
import { factsComment, xmlText } from './xml.ts'

/** The text of the list. */
export function plistOf(label: string, program: Program): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
${factsComment(program)}
<plist version="1.0">
${element(agentOf(label, program), '')}
</plist>
`
}

type Value = string | number | boolean | Value[] | { [key: string]: Value }

// launchd knows no codes after which a new start is useless: what ends for good is tried again each `ThrottleInterval`.
function agentOf(label: string, { start, folder, env, logPath }: Program): Value {
  return {
    Label: label,
    ProgramArguments: [...start],
    WorkingDirectory: folder,
    ...(Object.keys(env).length > 0 && { EnvironmentVariables: { ...env } }),
    RunAtLoad: true,
    KeepAlive: { SuccessfulExit: false },
    ThrottleInterval: 10,
    // Longer than the program lets streams go on after SIGTERM.
    ExitTimeOut: 40,
    // Every request of an agent waits for it: no throttled processor, no throttled disk.
    ProcessType: 'Interactive',
    Umask: 0o077,
    SoftResourceLimits: { Core: 0 },
    HardResourceLimits: { Core: 0 },
    // The program writes the file itself; what it could not catch ends up there too.
    StandardOutPath: logPath,
    StandardErrorPath: logPath,
  }
}

function element(value: Value, indent: string): string {
  const deeper = `${indent}\t`
  if (typeof value === 'string') return `${indent}<string>${xmlText(value)}</string>`
  if (typeof value === 'number') return `${indent}<integer>${value}</integer>`
  if (typeof value === 'boolean') return `${indent}<${value}/>`
  if (Array.isArray(value))
    return [`${indent}<array>`, ...value.map((one) => element(one, deeper)), `${indent}</array>`].join('\n')
  const entries = Object.entries(value).flatMap(([key, one]) => [
    `${deeper}<key>${xmlText(key)}</key>`,
    element(one, deeper),
  ])
  return [`${indent}<dict>`, ...entries, `${indent}</dict>`].join('\n')
}
