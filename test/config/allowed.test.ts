import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { allow, unallowedIn } from '../../src/config/allowed.ts'
import { loadConfig } from '../../src/config/load.ts'
import { scopeOf } from '../../src/config/scope.ts'

const own = (room: string) => fileURLToPath(new URL(`../../src/config/${room}.ts`, import.meta.url))

test('what commands of several terminals wrote at once is allowed, all of it', async (t) => {
  const cwd = mkdtempSync(join(tmpdir(), 'cordon-allowed-'))
  t.after(() => rmSync(cwd, { recursive: true }))
  const env = { HOME: cwd }
  const scope = scopeOf({}, { cwd, env })
  writeFileSync(scope.configPath, 'listen = 22471\n')
  allow(scope, loadConfig(scope.configPath))

  const terminals = ['10', '20', '30'].map((octet) =>
    spawn(process.execPath, ['--input-type=module', '-e', widening(octet)], { cwd, env, stdio: 'inherit' }),
  )
  const ends = await Promise.all(terminals.map((terminal) => once(terminal, 'exit')))

  assert.deepEqual(ends, [
    [0, null],
    [0, null],
    [0, null],
  ])
  assert.equal(readFileSync(scope.configPath, 'utf8').match(/"10\./g)?.length, 30)
  assert.deepEqual(unallowedIn(scope, loadConfig(scope.configPath)), [])
})

test('a record that somebody has edited allows what is still to be read of it', (t) => {
  const cwd = mkdtempSync(join(tmpdir(), 'cordon-allowed-'))
  t.after(() => rmSync(cwd, { recursive: true }))
  const scope = scopeOf({}, { cwd, env: { HOME: cwd } })
  writeFileSync(scope.configPath, 'listen = 22471\n[network]\nallow = ["10.0.0.0/8", "192.168.0.0/16"]\n')
  const config = loadConfig(scope.configPath)
  allow(scope, config)
  const path = join(scope.folder, 'allowed')

  writeFileSync(path, readFileSync(path, 'utf8').replace('{', 'null\n5\n{,'))

  assert.deepEqual(unallowedIn(scope, config), ['lets agents reach 10.0.0.0/8'])
})

/** Ten commands, each of which lets one more network be reached; where another one was faster it is typed again. */
const widening = (octet: string) => `
  import { readFileSync } from 'node:fs'
  import { changeConfig } from '${own('allowed')}'
  import { parseConfig } from '${own('load')}'
  import { scopeOf } from '${own('scope')}'
  const scope = scopeOf({}, { cwd: process.cwd(), env: process.env })
  for (let done = 0; done < 10; ) {
    const before = readFileSync(scope.configPath, 'utf8')
    const { allow } = parseConfig(before, scope.configPath).network
    const wider = [...allow, '10.${octet}.' + done + '.0/24']
    try {
      changeConfig(scope, before, 'listen = 22471\\n[network]\\nallow = ' + JSON.stringify(wider))
      done += 1
    } catch (cause) {
      if (cause.code !== 'config_changed') throw cause
    }
  }`
