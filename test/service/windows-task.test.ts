/** The tasks and their script as others read them. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { runInNewContext } from 'node:vm'
import type { Program } from '../../src/service/init-system.ts'
import { userTasks } from '../../src/service/windows.ts'
import { launcherText } from '../../src/service/windows-task.ts'
import { oddProgram } from './odd-program.ts'

const folder = "C:\\Users\\Bob & Zoë\\a  b -- <c> $HOME 'd' ^& e"
const program: Program = {
  ...oddProgram,
  start: ['C:\\Program Files\\cordon\\cordon.exe', 'start', '--config', `${folder}\\cordon.toml`],
  notes: { config: `${folder}\\cordon.toml` },
  folder,
  logPath: `${folder}\\service.log`,
}

test('the words of a program come through the task, the script and the two command lines as they were', () => {
  const { render, notesIn } = userTasks({ HOME: '/home/sam', USERDOMAIN: 'PC', USERNAME: 'Bob & Zoë' })
  const text = render(program)

  const task = readByPython(text)
  const [host, ...words] = wordsOf(`${task['Command']} ${task['Arguments']}`)
  const ran = runByScript(words.slice(3))

  assert.equal(host, '%SystemRoot%\\System32\\wscript.exe')
  assert.deepEqual(words.slice(0, 3), ['//B', '//Nologo', '/home/sam/.config/cordon/services/cordon-demo-2.js'])
  assert.deepEqual([wordsOf(ran.line), ran.style, ran.isWaited, ran.code], [[...program.start], 0, true, 3])
  assert.equal(task['WorkingDirectory'], folder)
  assert.deepEqual(
    [task['UserId'], task['RunLevel'], task['ExecutionTimeLimit']],
    ['PC\\Bob & Zoë', 'LeastPrivilege', 'PT0S'],
  )
  assert.deepEqual(notesIn(text), program.notes)
})

test('a path that Windows would read otherwise gets no task', () => {
  const { render } = userTasks({ HOME: '/home/sam', USERNAME: 'sam' })

  for (const path of ['C:\\%PATH%\\cordon.toml', 'C:\\a"b', 'C:\\'])
    assert.throws(() => render({ ...program, start: ['C:\\cordon.exe', path] }), { code: 'path_unfit' })
})

/** The text of each element, by its name; of those that come twice, the last. */
function readByPython(text: string): Record<string, string> {
  const script = `import json, sys, xml.etree.ElementTree as E
print(json.dumps({e.tag.split('}')[1]: e.text for e in E.fromstring(sys.stdin.buffer.read()).iter()}))`
  const input = Buffer.from(`\ufeff${text}`, 'utf16le')
  const { stdout, stderr } = spawnSync('python3', ['-c', script], { input, encoding: 'utf8' })
  assert.equal(stderr, '')
  return JSON.parse(stdout) as Record<string, string>
}

/** A command line taken apart as CommandLineToArgvW does, where no quotation mark is within a word. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}

/** Runs the script in a host that has what Windows Script Host has of it. */
function runByScript(words: readonly string[]) {
  const ran = { line: '', style: -1, isWaited: false, code: -1 }
  class ActiveXObject {
    Run(line: string, style: number, isWaited: boolean): number {
      Object.assign(ran, { line, style, isWaited })
      return 3
    }
  }
  const given = Object.assign((i: number) => words[i], {})
  Object.defineProperty(given, 'length', { value: words.length })
  const Quit = (code: number) => Object.assign(ran, { code })
  runInNewContext(launcherText, { WScript: { Arguments: given, Quit }, ActiveXObject })
  return ran
}
