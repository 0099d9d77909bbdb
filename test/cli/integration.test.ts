import { delimiter } from 'node:path'
import { test } from 'node:test'
import { integrations } from '../../src/integrations/integrations.ts'
import { put } from '../desk.ts'
import { openPage, type Page, secret } from './transcript.ts'

/** An agent that the person who runs the tests has installed is none of this desk. */
function leaveOwnAgents({ desk }: Page): void {
  const ours = (desk.env['PATH'] ?? '').split(delimiter).slice(0, 3)
  desk.env['PATH'] = [...ours, '/usr/bin', '/bin'].join(delimiter)
}

const known = integrations.map(({ name }) => name).join(', ')

test('an integration is listed, taken back, and then already gone', async (t) => {
  const page = openPage(t)
  leaveOwnAgents(page)

  await page.reads(`
    $ cordon integration list
    2> ✗ There is no cordon.toml yet. (config_missing)
    2>   hint: make one with \`cordon setup\`
    [3]
    $ cordon setup --config cordon.toml
    ✓ Made a CA for this project in ~/.config/cordon/projects/project-HASH/certs; no trust store was touched.
    ✓ Wrote /desk/project/cordon.toml: port PORT.
    2>   next: cordon setup codex --config cordon.toml
    $ cordon integration list 2>&1 | grep codex | tr -s ' '
    codex yes absent
     next: cordon setup codex
    $ cordon setup codex 2>/dev/null
    ✓ The CA of this project is there already.
    ✓ Changed /desk/project/cordon.toml: port PORT, with the routes openai and openai-models.
    ✓ Set up Codex: /desk/project/.codex/config.toml, /desk/project/.codex/auth.json, /desk/project/.codex/.env.
    $ cordon integration list | grep -E 'AGENT|codex' | tr -s ' '
    AGENT INSTALLED STATE SCOPE WHERE
    codex yes current project /desk/project/.codex
    $ cordon integration list --json | head -10
    [
      {
        "agent": "codex",
        "installed": true,
        "scope": "project",
        "differs": [],
        "daemon": "none",
        "state": "current",
        "home": "/desk/project/.codex"
      },
    $ cordon integration disable codex
    ✓ Put back /desk/project/.codex/.env, /desk/project/.codex/auth.json, /desk/project/.codex/config.toml.
    $ cordon integration disable codex
    ✓ Codex is already as it was before cordon.
    $ cordon integration disable emacs
    2> ✗ cordon does not know how to set up "emacs". (usage)
    2>   hint: it knows ${known}; any other program runs with \`eval "$(cordon env)"\`
    [2]
    $ ls -A .codex
    2> ls: cannot access '.codex': No such file or directory
    [2]
    $ cordon integration list | grep codex | tr -s ' '
    codex yes absent
    2>   next: cordon setup codex
  `)
})

test('an integration that is stale says which command renews it', async (t) => {
  const page = openPage(t)
  leaveOwnAgents(page)
  await page.typed(`cordon setup codex; sed -i 's/^listen = .*/listen = 6791/' cordon.toml`)

  await page.reads(`
    $ cordon integration list 2>&1 | grep codex | tr -s ' '
    codex yes stale project /desk/project/.codex
     next: cordon setup codex
    $ cordon integration list --json | grep -A 10 '"agent": "codex"' | grep -A 10 differs
        "differs": [
          "/desk/project/.codex/config.toml",
          "/desk/project/.codex/.env"
        ],
        "daemon": "none",
        "mend": "cordon setup codex",
        "state": "stale",
        "home": "/desk/project/.codex"
  `)
})

test('disable puts back a real key that set-up had moved', async (t) => {
  const page = openPage(t)
  leaveOwnAgents(page)
  put(page.desk, '.codex/auth.json', JSON.stringify({ OPENAI_API_KEY: secret }))
  await page.typed('cordon setup codex --yes')

  await page.reads(`
    $ cordon integration disable codex
    ✓ Put back /desk/project/.codex/auth.json, /desk/project/.codex/.env, /desk/project/.codex/config.toml.
    $ grep -c canary .codex/auth.json
    1
  `)
})

test('an agent that is set up in the user scope is told beside those of this folder', async (t) => {
  const page = openPage(t)
  leaveOwnAgents(page)
  await page.typed('cordon setup codex; cordon setup claude-code --scope user')

  await page.reads(`
    $ cordon integration list | grep -E 'codex|claude' | tr -s ' '
    codex yes current project /desk/project/.codex
    claude-code no current user ~/.claude
    $ cordon integration list --scope project | grep claude | tr -s ' '
    claude-code no absent
    $ cordon integration disable claude-code
    ✓ Claude Code is already as it was before cordon.
    $ cordon integration disable claude-code --scope user
    ✓ Put back ~/.claude/settings.json, ~/.claude/skills/cordon/SKILL.md.
  `)
})
