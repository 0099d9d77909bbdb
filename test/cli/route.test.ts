import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openPage } from './transcript.ts'

test('a route is added by flags, shown, edited and removed, and the file is as it was', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup')
  const file = join(page.desk.project, 'cordon.toml')
  const before = readFileSync(file, 'utf8')

  await page.reads(`
    $ cordon route list
    2> ! /desk/project/cordon.toml has no route yet.
    2>   next: cordon route add
    $ cordon route list --json
    []
    $ cordon route add --host api.openai.com
    ✓ Added the route openai for api.openai.com to /desk/project/cordon.toml.
    2> ! Its secret goes to the encrypted file ~/.config/cordon/secrets.age, because there is no system keyring: this session has no D-Bus.
    2>   next: cordon secret set openai
    $ cordon route add --host api.openai.com
    ✓ /desk/project/cordon.toml has the route openai already.
    $ cordon route show openai
    requests for  api.openai.com
    carry         Authorization: Bearer [secret]
    from          age "openai"
    $ cordon route edit openai --account openai-work --port 443,8443 --method post --path /v1
    ✓ Changed the route openai in /desk/project/cordon.toml.
    2>   next: cordon secret set openai
    $ cordon route edit openai --account openai-work
    ✓ The route openai says that already.
    $ cordon route show openai
    requests for  api.openai.com:443,8443, below /v1, POST only
    carry         Authorization: Bearer [secret]
    from          age "openai-work"
    $ cordon route show openai --json
    {
      "name": "openai",
      "match": {
        "host": "api.openai.com",
        "port": [
          443,
          8443
        ],
        "paths": [
          "/v1"
        ],
        "methods": [
          "POST"
        ]
      },
      "auth": {
        "type": "header",
        "header_name": "Authorization",
        "scheme": "Bearer"
      },
      "secret": {
        "source": "age",
        "account": "openai-work"
      },
      "allow_cleartext": false
    }
    $ cordon route edit openai --name work --connect-to 127.0.0.1:9999
    ✓ Changed the route work in /desk/project/cordon.toml.
    $ cordon route list
    NAME  HOST                                           THE ORIGIN GETS                 SECRET
    work  api.openai.com:443,8443, below /v1, POST only  Authorization: Bearer [secret]  age "openai-work"
    $ cordon route list --json
    [
      {
        "name": "work",
        "match": {
          "host": "api.openai.com",
          "port": [
            443,
            8443
          ],
          "paths": [
            "/v1"
          ],
          "methods": [
            "POST"
          ]
        },
        "auth": {
          "type": "header",
          "header_name": "Authorization",
          "scheme": "Bearer"
        },
        "secret": {
          "source": "age",
          "account": "openai-work"
        },
        "connect_to": "127.0.0.1:PORT",
        "allow_cleartext": false
      }
    ]
    $ cordon route remove work
    ✓ Removed the route work from /desk/project/cordon.toml.
    2> ! Its secret, if one was stored, stays in its store as "openai-work".
    $ cordon route remove work
    ✓ There is already no route work in /desk/project/cordon.toml.
  `)

  assert.equal(readFileSync(file, 'utf8'), before)
})

test('a route for a host that cordon does not know takes its credential from flags', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup')

  await page.reads(`
    $ cordon route add --host api.mailer.test --auth-type header --header-name X-Token
    ✓ Added the route mailer for api.mailer.test to /desk/project/cordon.toml.
    2> ! Its secret goes to the encrypted file ~/.config/cordon/secrets.age, because there is no system keyring: this session has no D-Bus.
    2>   next: cordon secret set mailer
    $ cordon route add --host git.corp.test --username bot --source age
    ✓ Added the route corp for git.corp.test to /desk/project/cordon.toml.
    2>   next: cordon secret set corp
    $ cordon route add --host '*.corp.test' --name corp --scheme Bearer --source keyring --service corp
    2> ✗ There is a route corp already, and it says something else. (route_exists)
    2>   hint: change it with \`cordon route edit corp\`, or give another \`--name\`
    [3]
    $ cordon route add --host localhost --name dev --port 8080 --allow-cleartext --header-name X-Key
    ✓ Added the route dev for localhost to /desk/project/cordon.toml.
    2> ! Its secret goes to the encrypted file ~/.config/cordon/secrets.age, because there is no system keyring: this session has no D-Bus.
    2>   next: cordon secret set dev
    $ cordon route list
    NAME    HOST             THE ORIGIN GETS                    SECRET
    mailer  api.mailer.test  X-Token: [secret]                  age "mailer"
    corp    git.corp.test    Authorization: Basic bot:[secret]  age "corp"
    dev     localhost:8080   X-Key: [secret]                    age "dev"
    $ cordon route show dev
    requests for  localhost:8080
    carry         X-Key: [secret]
    from          age "dev"
    also          over plain HTTP
  `)
})

test('route add without the flags it needs, off a terminal, says which are missing', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup')

  await page.reads(`
    $ cordon route add
    2> ✗ --host is missing: it is needed for a route. (usage)
    2>   hint: see \`cordon route add --help\`, or run it without flags on a terminal to be asked
    [2]
    $ cordon route add --name x
    2> ✗ --host is missing: it is needed for a route. (usage)
    2>   hint: see \`cordon route add --help\`, or run it without flags on a terminal to be asked
    [2]
    $ cordon route add --host api.mailer.test
    2> ✗ --auth-type is missing: it is needed for the host api.mailer.test, which cordon does not know. (usage)
    2>   hint: see \`cordon route add --help\`, or run it without flags on a terminal to be asked
    [2]
    $ cordon route add --host api.mailer.test --auth-type basic
    2> ✗ --username is missing: it is needed for the auth type basic. (usage)
    2>   hint: see \`cordon route add --help\`, or run it without flags on a terminal to be asked
    [2]
    $ cordon route add --host api.mailer.test --auth-type header
    2> ✗ --header-name is missing: it is needed for the auth type header. (usage)
    2>   hint: see \`cordon route add --help\`, or run it without flags on a terminal to be asked
    [2]
    $ cordon route add --host api.mailer.test --auth-type bearer
    2> ✗ "bearer" is no auth type. (usage)
    2>   hint: use \`--auth-type header\` or \`--auth-type basic\`
    [2]
    $ cordon route add --host api.mailer.test --username me --auth-type header --header-name X-A
    2> ✗ --username does not go with the auth type header. (usage)
    2>   hint: to have the other type, give \`--auth-type basic\`
    [2]
    $ cordon route add --host https://api.openai.com/v1
    2> ✗ "https://api.openai.com/v1" is no host name. (usage)
    2>   hint: give the name alone, without https:// and without a path
    [2]
    $ cordon route add --host api.openai.com --port http
    2> ✗ "http" is no port number. (usage)
    2>   hint: give a number from 1 to 65535
    [2]
    $ cordon route add --host api.openai.com --source vault
    2> ✗ "vault" is no secret source. (usage)
    2>   hint: use \`--source keyring\` or \`--source age\`
    [2]
    $ cordon route add --host api.openai.com --name 'my route'
    2> ✗ "my route" is no route name. (usage)
    2>   hint: use letters, digits, \`.\`, \`_\` and \`-\`, and begin with a letter or digit
    [2]
    $ cordon route add --host api.openai.com --path v1
    2> ✗ These flags would make cordon.toml faulty, so nothing was changed. (usage)
    2>   cordon.toml:19: paths "v1" must begin with "/".
    2>       19 | match.paths = ["v1"]
    2>                           ^^^^
    2>       did you mean /v1?
    [2]
    $ cordon route add --host
    2> ✗ The option --host <host> was given without its value. (usage)
    2>   hint: see \`cordon route add --help\`
    [2]
  `)
})

test('a route that there is not, or is already and says something else, is told with the name that was meant', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup && cordon route add --host api.openai.com')

  await page.reads(`
    $ cordon route add --host api.mailer.test --name openai --scheme Bearer
    2> ✗ There is a route openai already, and it says something else. (route_exists)
    2>   hint: change it with \`cordon route edit openai\`, or give another \`--name\`
    [3]
    $ cordon route show opnai
    2> ✗ There is no route opnai in /desk/project/cordon.toml. (route_missing)
    2>   hint: did you mean openai?
    [3]
    $ cordon route show github
    2> ✗ There is no route github in /desk/project/cordon.toml. (route_missing)
    2>   hint: see which there are with \`cordon route list\`
    [3]
    $ cordon route show 'my route'
    2> ✗ "my route" is no route name. (usage)
    2>   hint: use letters, digits, \`.\`, \`_\` and \`-\`, and begin with a letter or digit
    [2]
    $ cordon route edit opnai --account x
    2> ✗ There is no route opnai in /desk/project/cordon.toml. (route_missing)
    2>   hint: did you mean openai?
    [3]
    $ cordon route edit openai
    2> ✗ Nothing to change was named. (usage)
    2>   hint: see the flags with \`cordon route edit --help\`
    [2]
    $ cordon route edit openai --username me
    2> ✗ --username does not go with the auth type header. (usage)
    2>   hint: to have the other type, give \`--auth-type basic\`
    [2]
    $ cordon route edit openai --source age --decode go-keyring
    2> ✗ --decode does not go with the source age. (usage)
    2>   hint: to have the keyring, give \`--source keyring\`
    [2]
    $ cordon route add --host api.groq.com --store kernel --source age
    2> ✗ --store does not go with the source age. (usage)
    2>   hint: to have the keyring, give \`--source keyring\`
    [2]
    $ cordon route remove opnai
    ✓ There is already no route opnai in /desk/project/cordon.toml, which has openai.
    $ cordon route show
    2> ✗ \`cordon route show\` needs its argument <name>. (usage)
    2>   hint: see \`cordon route show --help\`
    [2]
    $ cordon route show opnai --json
    {
      "error": {
        "code": "route_missing",
        "message": "There is no route opnai in /desk/project/cordon.toml.",
        "hint": "did you mean openai?"
      }
    }
    [3]
  `)
})

test('route commands without a configuration, or with a faulty one, write nothing', async (t) => {
  const page = openPage(t)

  await page.reads(`
    $ cordon route add --host api.openai.com
    2> ✗ There is no cordon.toml yet. (config_missing)
    2>   hint: make one with \`cordon setup\`
    [3]
    $ cordon route list --scope user
    2> ✗ There is no ~/.config/cordon/cordon.toml yet. (config_missing)
    2>   hint: make one with \`cordon setup --scope user\`
    [3]
    $ echo 'listen = ' > cordon.toml
    $ cordon route add --host api.openai.com
    2> ✗ cordon.toml has a fault. (config_faulty)
    2>   cordon.toml:1: This is not TOML: invalid value.
    2>       1 | listen =
    2>                    ^
    [3]
    $ cordon route remove openai
    2> ✗ cordon.toml has a fault. (config_faulty)
    2>   cordon.toml:1: This is not TOML: invalid value.
    2>       1 | listen =
    2>                    ^
    [3]
    $ cat cordon.toml
    listen =
  `)
})

test('a change of the routes says so when a proxy runs that goes by it', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup')
  await page.desk.start()

  await page.reads(`
    $ cordon route add --host api.openai.com --source age
    ✓ Added the route openai for api.openai.com to /desk/project/cordon.toml.
    ✓ The running cordon goes by it from the next request on.
    2>   next: cordon secret set openai
    $ cordon route edit openai --account work
    ✓ Changed the route openai in /desk/project/cordon.toml.
    ✓ The running cordon goes by it from the next request on.
    2>   next: cordon secret set openai
    $ cordon route remove openai
    ✓ Removed the route openai from /desk/project/cordon.toml.
    ✓ The running cordon goes by it from the next request on.
    2> ! Its secret, if one was stored, stays in its store as "work".
  `)
})
