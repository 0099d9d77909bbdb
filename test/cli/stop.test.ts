import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { curl, openStreaming, wrote } from './routed.ts'
import { openPage } from './transcript.ts'

test('stop ends the proxy, and says already where none runs', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup')
  const cordon = await page.desk.start()
  const ended = once(cordon.process, 'exit')

  await page.reads(`
    $ cordon stop
    ✓ cordon has stopped.
    $ cordon status --quiet
    [5]
    $ cordon stop
    ✓ cordon does not run: it is stopped already.
    $ cordon stop --json
    {
      "wasRunning": false,
      "waitedFor": 0,
      "cut": 0
    }
    $ cordon stop --within soon
    2> ✗ "soon" is no time. (usage)
    2>   hint: give one, such as \`--within 30s\`
    [2]
  `)
  assert.deepEqual(await ended, [0, null])
})

test('stop says what it waits for, and an answer under way comes to its end', async (t) => {
  const { page, began } = await openStreaming(t)
  const cordon = await page.desk.start()
  const streaming = page.typed(curl('/stream'))
  const [stream] = await began(1)

  const stopping = page.typed('cordon stop --within 60s')
  await wrote(cordon, 'stopping')
  stream?.end('data: last\n\n')

  assert.equal((await streaming).stdout, 'data: first\n\ndata: last\n\n')
  const { stdout, stderr } = await stopping
  assert.equal(stdout, '✓ cordon has stopped.\n')
  assert.equal(stderr, '! Waiting up to 60 s for 1 open stream.\n')
})

test('a start waits for the proxy before it, which is ending', async (t) => {
  const { page, began } = await openStreaming(t)
  const before = await page.desk.start()
  const streaming = page.typed(curl('/stream'))
  const [stream] = await began(1)
  before.process.kill('SIGTERM')
  await wrote(before, 'Waiting')

  const starting = page.desk.start()
  await page.reads(`
    $ cordon status 2>&1 | tail -n 1
    ! It is ending: it accepts no more, and lets what is open come to its end.
  `)
  stream?.end('data: last\n\n')
  const after = await starting

  assert.equal((await streaming).stdout, 'data: first\n\ndata: last\n\n')
  assert.equal(after.port, before.port)
})

test('what is left when the time of a stop is over is cut off, and counted', async (t) => {
  const { page, began } = await openStreaming(t)
  await page.desk.start()
  const streaming = page.typed(curl('/stream'))
  await began(1)

  await page.reads(`
    $ cordon stop --within 50ms
    ✓ cordon has stopped, and 1 open stream with it.
    2> ! Waiting up to 0.05 s for 1 open stream.
  `)
  assert.notEqual((await streaming).code, 0)
})

test('a signal lets an answer come to its end, and a second signal does not wait', async (t) => {
  const { page, began } = await openStreaming(t)
  const cordon = await page.desk.start()
  const streaming = page.typed(curl('/stream'))
  await began(1)

  cordon.process.kill('SIGTERM')
  await wrote(cordon, 'Waiting')
  cordon.process.kill('SIGINT')
  const [code] = await once(cordon.process, 'exit')

  assert.equal(code, 0)
  assert.match(cordon.output(), /! Waiting up to 30 s for 1 open stream; a second signal does not wait\./)
  assert.notEqual((await streaming).code, 0)
})
