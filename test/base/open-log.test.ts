import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

/** The log writes to the stderr of its own process, so it gets one. */
function logged(isTerminal: boolean, level: string): string {
  const script = `import { openLog } from './src/base/open-log.ts'
    const log = openLog('${level}', ${isTerminal})
    log.debug({ authority: 'api.mailer.test:443' }, 'tunnel')
    log.info({ authority: 'api.mailer.test:443', status: 200, route: undefined }, 'exchange')`
  return spawnSync(process.execPath, ['--input-type=module-typescript', '-e', script], {
    encoding: 'utf8',
    cwd: `${import.meta.dirname}/../..`,
  }).stderr
}

test('a program reads one JSON object a line, without what is not known', () => {
  const [line = '', ...rest] = logged(false, 'info').trimEnd().split('\n')

  const { time, ...facts } = JSON.parse(line)
  assert.deepEqual(facts, { level: 'info', authority: 'api.mailer.test:443', status: 200, msg: 'exchange' })
  assert.match(time, /^\d{4}-\d\d-\d\dT/)
  assert.deepEqual(rest, [])
})

test('a person reads a short line', () => {
  const text = logged(true, 'debug')

  assert.match(text, /^\d\d:\d\d:\d\d {2}debug {2}tunnel {2}authority=api\.mailer\.test:443\n/)
  assert.match(text, /info {3}exchange {2}authority=api\.mailer\.test:443 {2}status=200\n$/)
})
