import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { servicesFound } from '../../src/cli/service/found.ts'
import { systemPlace, systemProgram } from '../../src/cli/service/system-place.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import { scopeOf } from '../../src/config/scope.ts'
import { checkService } from '../../src/doctor/service.ts'
import { machineSystemd, userSystemd } from '../../src/service/systemd.ts'

const self = userInfo().username
const program = [process.execPath, import.meta.filename]

test('a service of the machine for this user is found, and that of another user is none of its business', async (t) => {
  const { install, findings } = machineWith(t, 'active')
  install('mine', self)
  install('theirs', 'somebody-else')

  assert.deepEqual(await findings(), [
    { check: 'service', state: 'ok', sentence: 'The service mine of this machine runs.' },
  ])
})

test('a service of the machine that does not run is told with the command that mends it', async (t) => {
  const { install, findings } = machineWith(t, 'failed')
  install('mine', self)

  assert.deepEqual(await findings(), [
    {
      check: 'service',
      state: 'failure',
      sentence: 'The service mine of this machine is installed, and does not run.',
      mend: 'run `sudo cordon service start mine --system`; `sudo cordon service logs mine --system` may tell why',
    },
  ])
})

test('a service of the machine whose program is gone, or whose unit would be another one now, is stale', async (t) => {
  for (const [command, edit] of [
    [['/nowhere/cordon'], (text: string) => text],
    [program, (text: string) => text.replace('NoNewPrivileges=yes', 'NoNewPrivileges=no')],
  ] as const) {
    const { install, findings } = machineWith(t, 'active')
    install('mine', self, command, edit)

    const [finding] = await findings()

    assert.equal(finding?.state, 'failure')
    assert.match(finding?.sentence ?? '', /^The service mine of this machine was installed by another cordon/)
    assert.equal(finding?.mend, `run \`sudo cordon service install mine --system --for ${self}\``)
  }
})

/** A machine with units in a folder of the test's own, all of them in one state. */
function machineWith(t: TestContext, state: string) {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-units-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const [bin, units] = [join(folder, 'bin'), join(folder, 'units')]
  for (const made of [bin, units]) mkdirSync(made)
  writeFileSync(join(bin, 'systemctl'), `#!/bin/sh\necho ActiveState=${state}\n`)
  chmodSync(join(bin, 'systemctl'), 0o755)
  const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: folder }
  const machine = machineSystemd(env, units)
  return {
    install(name: string, agentUser: string, command: readonly string[] = program, edit = (text: string) => text) {
      const place = systemPlace(`cordon-${name}`, undefined, command)
      writeFileSync(
        machine.pathOf(place.id),
        edit(machine.render(systemProgram(place, agentUser, { credentials: {} }))),
      )
    },
    findings: async () => {
      const context = { cwd: folder, env, terminal: openTerminal(), version: '0' }
      const services = servicesFound(context, scopeOf({}, context), { user: userSystemd(env), machine })
      return checkService({ services, suffix: '' } as unknown as Parameters<typeof checkService>[0])
    },
  }
}
