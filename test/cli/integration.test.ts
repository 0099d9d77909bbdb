import { test } from 'node:test'
import { put } from '../desk.ts'
import { openPage, secret } from './transcript.ts'

test('an integration is listed, taken back, and then already gone', async (t) => {
  const page = openPage(t)

  await page.reads(`
    $ cordon integration list
    2> ✗ There is no cordon.toml yet. (config_missing)
    2>   hint: make one with \`cordon setup\`
    [3]
    $ cordon setup --config cordon.toml
    ✓ Made a CA for this project in ~/.config/cordon/projects/project-HASH/certs; no trust store was touched.
    ✓ Wrote /desk/project/cordon.toml: port PORT.
    2>   next: cordon setup codex --config cordon.toml
    $ cordon integration list
    AGENT  STATE   WHERE
    codex  absent  /desk/project/.codex
    2>   next: cordon setup codex
    $ cordon setup codex 2>/dev/null
    ✓ The CA of this project is there already.
    ✓ Changed /desk/project/cordon.toml: port PORT, with the routes openai and openai-models.
    ✓ Set up Codex: /desk/project/.codex/config.toml, /desk/project/.codex/auth.json, /desk/project/.codex/.env.
    $ cordon integration list
    AGENT  STATE    WHERE
    codex  current  /desk/project/.codex
    $ cordon integration list --json
    [
      {
        "agent": "codex",
        "state": "current",
        "home": "/desk/project/.codex",
        "differs": [],
        "daemon": "none"
      }
    ]
    $ cordon integration disable codex
    ✓ Put back /desk/project/.codex/.env, /desk/project/.codex/auth.json, /desk/project/.codex/config.toml.
    $ cordon integration disable codex
    ✓ Codex is already as it was before cordon.
    $ cordon integration disable emacs
    2> ✗ cordon does not know how to set up "emacs". (usage)
    2>   hint: it knows codex; any other program runs with \`eval "$(cordon env)"\`
    [2]
    $ ls -A .codex
    2> ls: cannot access '.codex': No such file or directory
    [2]
    $ cordon integration list --json
    [
      {
        "agent": "codex",
        "state": "absent",
        "home": "/desk/project/.codex",
        "differs": [],
        "daemon": "none"
      }
    ]
  `)
})

test('an integration that is stale says which command renews it', async (t) => {
  const page = openPage(t)
  await page.typed(`cordon setup codex; sed -i 's/^listen = .*/listen = 6791/' cordon.toml`)

  await page.reads(`
    $ cordon integration list
    AGENT  STATE  WHERE
    codex  stale  /desk/project/.codex
    2>   next: cordon setup codex
    $ cordon integration list --json
    [
      {
        "agent": "codex",
        "state": "stale",
        "home": "/desk/project/.codex",
        "differs": [
          "/desk/project/.codex/config.toml",
          "/desk/project/.codex/.env"
        ],
        "daemon": "none"
      }
    ]
  `)
})

test('disable puts back a real key that set-up had moved', async (t) => {
  const page = openPage(t)
  put(page.desk, '.codex/auth.json', JSON.stringify({ OPENAI_API_KEY: secret }))
  await page.typed('cordon setup codex --yes')

  await page.reads(`
    $ cordon integration disable codex
    ✓ Put back /desk/project/.codex/auth.json, /desk/project/.codex/.env, /desk/project/.codex/config.toml.
    $ grep -c canary .codex/auth.json
    1
  `)
})
