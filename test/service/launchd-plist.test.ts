/** The agents as another reader of property lists understands them. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { userLaunchd } from '../../src/service/launchd.ts'
import { oddProgram } from './odd-program.ts'

test('a property list says the same to whoever reads it, and cordon finds in it what it is about', () => {
  const { render, notesIn, logs, pathOf } = userLaunchd({ HOME: '/Users/sam' }, 501)

  const text = render(oddProgram)

  assert.deepEqual(readByPython(text), {
    Label: 'dev.cordon.demo-2',
    ProgramArguments: oddProgram.start,
    WorkingDirectory: oddProgram.folder,
    EnvironmentVariables: oddProgram.env,
    RunAtLoad: true,
    KeepAlive: { SuccessfulExit: false },
    ThrottleInterval: 10,
    ExitTimeOut: 40,
    ProcessType: 'Interactive',
    Umask: 0o077,
    SoftResourceLimits: { Core: 0 },
    HardResourceLimits: { Core: 0 },
    StandardOutPath: oddProgram.logPath,
    StandardErrorPath: oddProgram.logPath,
  })
  assert.deepEqual(notesIn(text), oddProgram.notes)
  const definition = { id: oddProgram.id, path: pathOf(oddProgram.id), text }
  assert.equal(definition.path, '/Users/sam/Library/LaunchAgents/dev.cordon.demo-2.plist')
  assert.deepEqual(logs(definition, { lines: 1, follow: false }), { kind: 'file', path: oddProgram.logPath })
  assert.deepEqual(notesIn('<plist version="1.0"><dict/></plist>'), {})
  assert.deepEqual(notesIn('<!-- Installed: {"notes":} -->'), {})
})

function readByPython(text: string): unknown {
  const script = 'import json, plistlib, sys; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))'
  const { stdout, stderr } = spawnSync('python3', ['-c', script], { input: text, encoding: 'utf8' })
  assert.equal(stderr, '')
  return JSON.parse(stdout)
}
