/** The commands that cordon names are those that the person in front of it would type. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { curl, openRouted } from './routed.ts'
import { openPage } from './transcript.ts'

test('a wrapper is named in hints, in what is next and on pages', async (t) => {
  const page = openPage(t)
  page.desk.env['CORDON_CALLED'] = 'cordon-work'

  await page.reads(`
    $ cordon status
    2> ✗ There is no cordon.toml yet. (config_missing)
    2>   hint: make one with \`cordon-work setup\`
    [3]
    $ cordon setup
    ✓ Made a CA for this project in ~/.config/cordon/projects/project-HASH/certs; no trust store was touched.
    ✓ Wrote /desk/project/cordon.toml: port PORT.
    2>   next: cordon-work setup codex
    $ cordon status --config cordon.toml --json
    {
      "error": {
        "code": "proxy_stopped",
        "message": "cordon does not run: nobody listens on 127.0.0.1:PORT.",
        "hint": "run \`cordon-work start\`"
      }
    }
    [5]
    $ cordon doctor | tail -n 2
    ! port         Port PORT is free: cordon does not run.
                   to mend it, run \`cordon-work start\`
    $ cordon secret set
    2> ✗ \`cordon-work secret set\` needs its argument <route>. (usage)
    2>   hint: see \`cordon-work secret set --help\`
    [2]
    $ cordon token rotate
    ✓ Rotated the client token default; the old one is refused from now on.
    2>   next: eval "$(cordon-work env)"
    $ cordon help secret set | grep -e Usage -e '[$]'
    Usage: cordon-work secret set [options] <route>
      $ cordon-work secret set openai
      $ op read op://dev/github/token | cordon-work secret set github
    $ CORDON_CALLED='no; name' cordon token rotate 2>&1 | tail -n 1
      next: eval "$(cordon env)"
  `)
})

test('an agent is told the commands of the wrapper, too', async (t) => {
  const { page } = await openRouted(t)
  await page.typed('cordon secret delete openai')
  await page.desk.start(['--keep-going'], { env: { CORDON_CALLED: 'sudo cordon-work' } })

  const { stdout } = await page.typed(curl('/v1/models'))

  assert.match(JSON.parse(stdout).error.message, /To mend it, run `sudo cordon-work secret set openai`\.$/)
})

test('a hint means the configuration that was meant, whichever room it is from', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup --scope user && cordon token add ci --scope user')

  await page.reads(`
    $ cordon token add ci --scope user
    2> ✗ There is a client token ci already. (token_exists)
    2>   hint: take another name, or end it with \`cordon token revoke ci --scope user\`
    [3]
    $ chmod 644 ~/.config/cordon/user/tokens.toml
    $ cordon token list --scope=user
    2> ✗ Others than its owner may use ~/.config/cordon/user/tokens.toml. (tokens_exposed)
    2>   hint: run \`chmod 600 ~/.config/cordon/user/tokens.toml\`, then \`cordon token rotate --all --scope user\`
    [3]
    $ cordon token list --config ~/.config/cordon/cordon.toml 2>&1 | tail -n 1
      hint: run \`chmod 600 ~/.config/cordon/user/tokens.toml\`, then \`cordon token rotate --all --config ~/.config/cordon/cordon.toml\`
    $ cordon doctor --scope user | grep -A1 '[✗] tokens'
    ✗ tokens       Others than its owner may use ~/.config/cordon/user/tokens.toml.
                   to mend it, run \`chmod 600 ~/.config/cordon/user/tokens.toml\`, then \`cordon token rotate --all --scope user\`
    $ chmod 600 ~/.config/cordon/user/tokens.toml && cordon token rotate --scope user
    ✓ Rotated the client token default; the old one is refused from now on.
    2>   next: eval "$(cordon env --scope user)"
  `)
})
