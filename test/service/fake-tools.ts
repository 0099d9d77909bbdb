/** Programs of an init system that write down how they were called, and remember whether the service runs. */
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from '../cli/transcript.ts'

export interface FakeTools {
  /** The calls so far that change something, one a line. */
  calls(): string[]
  /** Resolves once this was called. */
  isCalled(line: string): Promise<void>
  /** From now on nothing comes up, and this is what the log says. */
  failStarts(lines: readonly string[]): void
  /** From now on there is nobody to talk to. */
  vanish(): void
}

const running = `ActiveState=active
MainPID=4711
ActiveEnterTimestamp=Sat 2026-01-17 11:02:03 UTC
Result=success
ExecMainStatus=0`

/** Puts `systemctl`, `journalctl` and `loginctl` in front of those of the machine. */
export function fakeSystemd({ desk }: Page): FakeTools {
  const file = (name: string) => join(desk.folder, name)
  const [calls, state, journal, gone] = [file('calls'), file('state'), file('journal'), file('no-systemd')]
  const write = (text: string) => writeFileSync(state, `${text}\n`)
  const program = (name: string, script: string) => {
    writeFileSync(file(`bin/${name}`), `#!/bin/sh\n${script}\n`)
    chmodSync(file(`bin/${name}`), 0o755)
  }
  writeFileSync(calls, '')
  write('ActiveState=inactive')
  program(
    'systemctl',
    `case "$*" in
      *show*Version*) test ! -e '${gone}'; exit ;;
      *show*) cat '${state}'; exit ;;
    esac
    echo "systemctl $*" >>'${calls}'
    case "$*" in
      *' start '*|*' restart '*)
        if test -e '${journal}'; then
          printf 'ActiveState=failed\\nResult=exit-code\\nExecMainStatus=3\\n' >'${state}'
          echo 'Job for the unit failed.' >&2
          exit 1
        fi
        echo '${running}' >'${state}' ;;
      *stop*|*disable*) echo 'ActiveState=inactive' >'${state}' ;;
    esac`,
  )
  program('journalctl', `test -e '${journal}' && cat '${journal}' || echo '-- No entries --'`)
  program('loginctl', 'echo no')
  program('systemd-notify', `echo "systemd-notify $*" >>'${calls}'`)
  const calledSoFar = () => readFileSync(calls, 'utf8').split('\n').slice(0, -1)
  return {
    calls: calledSoFar,
    async isCalled(line) {
      while (!calledSoFar().includes(line)) await sleep(10)
    },
    failStarts: (lines) => writeFileSync(journal, `${lines.join('\n')}\n`),
    vanish() {
      rmSync(state)
      writeFileSync(gone, '')
    },
  }
}
