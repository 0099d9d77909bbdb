import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openPage } from './transcript.ts'

test('status and wait without a proxy end with 5 and name the command that starts it', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup; cordon setup --scope user')

  await page.reads(`
    $ cordon status
    2> ✗ cordon does not run: nobody listens on 127.0.0.1:PORT. (proxy_stopped)
    2>   hint: run \`cordon start\`
    [5]
    $ cordon status --json
    {
      "error": {
        "code": "proxy_stopped",
        "message": "cordon does not run: nobody listens on 127.0.0.1:PORT.",
        "hint": "run \`cordon start\`"
      }
    }
    [5]
    $ cordon status --quiet
    [5]
    $ cordon status --scope user
    2> ✗ cordon does not run: nobody listens on 127.0.0.1:PORT. (proxy_stopped)
    2>   hint: run \`cordon start --scope user\`
    [5]
    $ cordon wait --timeout 0
    2> ✗ cordon did not come up on 127.0.0.1:PORT within 0 s. (proxy_stopped)
    2>   hint: run \`cordon start\`
    [5]
    $ cordon wait --timeout 0.2 --json
    {
      "error": {
        "code": "proxy_stopped",
        "message": "cordon did not come up on 127.0.0.1:PORT within 0.2 s.",
        "hint": "run \`cordon start\`"
      }
    }
    [5]
    $ cordon wait --timeout soon
    2> ✗ "soon" is no number of seconds. (usage)
    2>   hint: give one, such as \`--timeout 30\`
    [2]
  `)
})

test('status and wait of a proxy that runs say so and end with 0', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup')
  await page.desk.start()

  await page.reads(`
    $ cordon status
    cordon VERSION listens on 127.0.0.1:PORT (process PID, since DATE), routes: none.
    $ cordon status --json
    {
      "running": true,
      "port": PORT,
      "version": "VERSION",
      "pid": PID,
      "startedAt": "DATE",
      "routes": []
    }
    $ cordon status --quiet
    $ cordon wait
    $ cordon wait --json
    {
      "running": true,
      "port": PORT
    }
  `)
})

test('wait returns as soon as a proxy that is starting accepts', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup')

  const waiting = page.typed('cordon wait --json')
  await page.desk.start()

  assert.equal((await waiting).code, 0)
})
