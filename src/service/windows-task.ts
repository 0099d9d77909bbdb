/**
 * The task of a service, as the Task Scheduler of Windows reads it ([MS-TSCH] §2.4, Task Scheduler Schema).
 *
 * A task shows the console window of its program, whatever its settings say of hiding, and `conhost --headless` is
 * documented nowhere. So the program is started by a script, which Windows Script Host runs without a window.
 */
import { CordonError } from '../base/error.ts'
import type { Program } from './init-system.ts'
import { factsComment, xmlText } from './xml.ts'

/** What the script is: it runs the words that it is given, waits, and ends with their exit code. */
export const launcherText = `// Written by \`cordon service install\`: runs a program without a window, and ends as it does.
var words = [];
for (var i = 0; i < WScript.Arguments.length; i++) words.push('"' + WScript.Arguments(i) + '"');
WScript.Quit(new ActiveXObject('WScript.Shell').Run(words.join(' '), 0, true));
`

/** The text of the task, for a user (`DOMAIN\\NAME`). Throws `path_unfit`. */
export function taskOf(user: string, launcher: string, program: Program): string {
  const words = [launcher, ...program.start]
  for (const word of words) expectPlain(word)
  const inOrder = ['//B', '//Nologo', ...words.map((word) => `"${word}"`)].join(' ')
  return `<?xml version="1.0" encoding="UTF-16"?>
${factsComment(program)}
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>${xmlText(program.description)}</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <Enabled>true</Enabled>
      <UserId>${xmlText(user)}</UserId>
    </LogonTrigger>
${everyMinute}
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>${xmlText(user)}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
${settings}
  <Actions Context="Author">
    <Exec>
      <Command>%SystemRoot%\\System32\\wscript.exe</Command>
      <Arguments>${xmlText(inOrder)}</Arguments>
      <WorkingDirectory>${xmlText(program.folder)}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
`
}

// RestartOnFailure is for tasks that could not be started: a program that ends with a failure is no failure of its task.
// What runs already is left alone by `IgnoreNew`.
const everyMinute = `    <TimeTrigger>
      <Enabled>true</Enabled>
      <StartBoundary>2026-01-01T00:00:00</StartBoundary>
      <Repetition>
        <Interval>PT1M</Interval>
        <StopAtDurationEnd>false</StopAtDurationEnd>
      </Repetition>
    </TimeTrigger>`

// Without these a task ends after three days, waits for mains, and gets the priority of background work.
const settings = `  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <IdleSettings>
      <StopOnIdleEnd>false</StopOnIdleEnd>
      <RestartOnIdle>false</RestartOnIdle>
    </IdleSettings>
    <Hidden>true</Hidden>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>5</Priority>
  </Settings>`

/** No path of Windows has a quotation mark, and `%NAME%` would be replaced on the way. */
function expectPlain(word: string): void {
  if (!/["%]|\\$/.test(word)) return
  throw new CordonError('path_unfit', `The path ${word} has a sign in it that Windows takes for something else.`, {
    hint: 'rename it, so that it has no `%` and does not end in `\\`',
  })
}
