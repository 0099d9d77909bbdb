import { test } from 'node:test'
import { openPage } from './transcript.ts'

test('client tokens are listed by name, rotated and revoked, and never shown', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup codex')

  await page.reads(`
    $ cordon token list
    NAME     CREATED                   KEPT      OPENS
    default  DATE  readable  every route
    codex    DATE  hashed    every route
    $ cordon token list --json
    [
      {
        "name": "default",
        "created": "DATE",
        "kept": "readable"
      },
      {
        "name": "codex",
        "created": "DATE",
        "kept": "hashed"
      }
    ]
    $ cordon token rotate
    ✓ Rotated the client token default; the old one is refused from now on.
    2>   next: eval "$(cordon env)"
    $ cordon token rotate codex
    ✓ Rotated the client token codex; the old one is refused from now on.
    2> ! A Codex that runs has the old one: start it again.
    $ cordon token rotate --all
    ✓ Rotated the client token default; the old one is refused from now on.
    ✓ Rotated the client token codex; the old one is refused from now on.
    2>   next: eval "$(cordon env)"
    2> ! A Codex that runs has the old one: start it again.
    $ cordon token revoke codex
    ✓ Revoked the client token codex; requests with it are refused from now on.
    2> ! Codex cannot pass now: \`cordon setup codex\` gives it a new token, \`cordon integration disable codex\` takes its set-up back.
    $ cordon token revoke codex
    ✓ There is already no client token codex, only default.
    $ cordon token revoke default
    ✓ Revoked the client token default; requests with it are refused from now on.
    2> ! \`cordon env\` has none to print until \`cordon setup\` makes a new one.
    $ cordon token list
    2> ! There is no client token, so no client can pass.
    2>   next: cordon setup
    $ cordon token list --json
    []
    $ cordon env
    2> ✗ There is no default client token. (tokens_missing)
    2>   hint: run \`cordon setup\`
    [3]
    $ cordon setup codex
    ✓ The CA of this project is there already.
    ✓ /desk/project/cordon.toml says all that is needed already.
    ✓ Set up Codex: /desk/project/.codex/config.toml, /desk/project/.codex/.env.
    2>   next: cordon secret set openai
    2>   next: cordon start
    2>   next: export CODEX_HOME="$PWD/.codex" && codex
  `)
})

test('a token that there is not, or not yet, is named with what to do', async (t) => {
  const page = openPage(t)

  await page.reads(`
    $ cordon token list
    2> ✗ There is no client token yet. (tokens_missing)
    2>   hint: run \`cordon setup\`
    [3]
    $ cordon token list --json
    {
      "error": {
        "code": "tokens_missing",
        "message": "There is no client token yet.",
        "hint": "run \`cordon setup\`"
      }
    }
    [3]
    $ cordon token rotate
    2> ✗ There is no cordon.toml yet. (config_missing)
    2>   hint: make one with \`cordon setup\`
    [3]
    $ cordon token revoke codex
    ✓ There is already no client token codex.
    $ echo 'listen = 6790' > cordon.toml
    $ cordon token rotate
    2> ✗ There is no client token default. (token_missing)
    2>   hint: run \`cordon setup\`
    [3]
    $ cordon setup >/dev/null
    2>   next: cordon setup codex
    $ cordon token rotate claude
    2> ✗ There is no client token claude. (token_missing)
    2>   hint: there are default
    [3]
    $ cordon token rotate claude --all
    2> ✗ --all and claude cannot be given together. (usage)
    2>   hint: give one of them
    [2]
    $ cordon token revoke
    2> ✗ \`cordon token revoke\` needs its argument <name>. (usage)
    2>   hint: see \`cordon token revoke --help\`
    [2]
  `)
})

test('a token for some routes is made, told once, listed, rotated and revoked', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup && cordon route add --host api.openai.com && cordon route add --host api.github.com')

  await page.reads(`
    $ cordon token add ci --route openai --route github-api
    http://project-HASH:TOKEN@127.0.0.1:PORT
    2> ! That is the proxy URL with the client token ci, which opens the routes openai and github-api alone. It is not shown again.
    $ cordon token add free
    http://project-HASH:TOKEN@127.0.0.1:PORT
    2> ! That is the proxy URL with the client token free. It is not shown again.
    $ cordon token add bot --route openai --json
    {
      "name": "bot",
      "routes": [
        "openai"
      ],
      "proxyUrl": "http://project-HASH:TOKEN@127.0.0.1:PORT"
    }
    $ cordon token list
    NAME     CREATED                   KEPT      OPENS
    default  DATE  readable  every route
    ci       DATE  hashed    openai, github-api
    free     DATE  hashed    every route
    bot      DATE  hashed    openai
    $ cordon token list --json | grep -c '"routes"'
    2
    $ cordon token rotate ci
    ✓ Rotated the client token ci; the old one is refused from now on.
    http://project-HASH:TOKEN@127.0.0.1:PORT
    $ cordon token list | grep ci
    ci       DATE  hashed    openai, github-api
    $ cordon token revoke ci
    ✓ Revoked the client token ci; requests with it are refused from now on.
  `)
})

test('a token that cannot be made is told with the reason', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup && cordon route add --host api.openai.com && cordon token add ci')

  await page.reads(`
    $ cordon token add ci
    2> ✗ There is a client token ci already. (token_exists)
    2>   hint: take another name, or end it with \`cordon token revoke ci\`
    [3]
    $ cordon token add default
    2> ✗ The client token default is kept for \`cordon env\`. (usage)
    2>   hint: make it with \`cordon setup\`, or take another name
    [2]
    $ cordon token add codex --scope user
    2> ✗ There is no ~/.config/cordon/cordon.toml yet. (config_missing)
    2>   hint: make one with \`cordon setup --scope user\`
    [3]
    $ cordon token add codex
    2> ✗ The client token codex is kept for Codex. (usage)
    2>   hint: make it with \`cordon setup codex\`, or take another name
    [2]
    $ cordon token add 'two words'
    2> ✗ "two words" cannot be the name of a token. (usage)
    2>   hint: letters, digits, \`_\` and \`-\`, at most 64, beginning with a letter or digit
    [2]
    $ cordon token add other --route opnai
    2> ✗ There is no route opnai in /desk/project/cordon.toml. (route_missing)
    2>   hint: did you mean openai?
    [3]
  `)
})
