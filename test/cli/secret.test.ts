import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filesHolding, put } from '../desk.ts'
import { openPage, otherSecret, secret } from './transcript.ts'

test('a secret is stored from stdin, is there already, is replaced, checked and deleted', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup codex')
  put(page.desk, 'key', secret)
  put(page.desk, 'other', `${otherSecret}\n`)

  await page.reads(`
    $ cordon secret list
    NAME           ACCOUNT  STATE    STORE
    openai         openai   missing  the encrypted file ~/.config/cordon/secrets.age
    openai-models  openai   missing  the encrypted file ~/.config/cordon/secrets.age
    $ cordon secret check
    2> ! openai: There is no secret "openai" in the encrypted file ~/.config/cordon/secrets.age.
    2>   next: cordon secret set openai
    2> ! openai-models: There is no secret "openai" in the encrypted file ~/.config/cordon/secrets.age.
    2>   next: cordon secret set openai-models
    [4]
    $ cordon secret set openai < key
    ✓ Stored the secret of openai in the encrypted file ~/.config/cordon/secrets.age, as "openai".
    2> ! It serves openai-models too.
    2>   next: cordon start
    $ cordon secret set openai < key
    ✓ This secret of openai is in the encrypted file ~/.config/cordon/secrets.age already.
    $ cordon secret set openai < other
    ✓ Replaced the secret of openai in the encrypted file ~/.config/cordon/secrets.age, as "openai".
    2> ! The secret ended with a line break, which was dropped.
    2> ! It serves openai-models too.
    2>   next: cordon start
    $ cordon secret list
    NAME           ACCOUNT  STATE   STORE
    openai         openai   stored  the encrypted file ~/.config/cordon/secrets.age
    openai-models  openai   stored  the encrypted file ~/.config/cordon/secrets.age
    $ cordon secret list --json
    [
      {
        "name": "openai",
        "source": "age",
        "store": "the encrypted file ~/.config/cordon/secrets.age",
        "account": "openai",
        "state": "stored"
      },
      {
        "name": "openai-models",
        "source": "age",
        "store": "the encrypted file ~/.config/cordon/secrets.age",
        "account": "openai",
        "state": "stored"
      }
    ]
    $ cordon secret check
    ✓ openai: "openai" is in the encrypted file ~/.config/cordon/secrets.age.
    ✓ openai-models: "openai" is in the encrypted file ~/.config/cordon/secrets.age.
    $ cordon secret check openai --json
    [
      {
        "name": "openai",
        "source": "age",
        "store": "the encrypted file ~/.config/cordon/secrets.age",
        "account": "openai",
        "state": "stored"
      }
    ]
    $ cordon secret delete openai
    ✓ Removed the secret of openai ("openai") from the encrypted file ~/.config/cordon/secrets.age.
    2> ! It served openai-models too.
    $ cordon secret delete openai
    ✓ There is already no secret of openai ("openai") in the encrypted file ~/.config/cordon/secrets.age.
    $ cordon secret check openai --json
    [
      {
        "name": "openai",
        "source": "age",
        "store": "the encrypted file ~/.config/cordon/secrets.age",
        "account": "openai",
        "state": "missing",
        "why": "There is no secret \\"openai\\" in the encrypted file ~/.config/cordon/secrets.age."
      }
    ]
    [4]
  `)

  assert.deepEqual(filesHolding(page.desk.home, secret), [])
})

test('a value that no request can carry is refused, and nothing is stored', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup codex')

  await page.reads(`
    $ printf 'a\\rb' | cordon secret set openai
    2> ✗ The secret has a line break in it. (secret_unfit)
    2>   hint: nothing was stored; run \`cordon secret set openai\` with another value
    [4]
    $ printf 'a\\nb\\n' | cordon secret set openai
    2> ✗ The secret has a line break in it. (secret_unfit)
    2>   hint: nothing was stored; run \`cordon secret set openai\` with another value
    [4]
    $ printf 'a\\000b' | cordon secret set openai
    2> ✗ The secret has a NUL byte in it. (secret_unfit)
    2>   hint: nothing was stored; run \`cordon secret set openai\` with another value
    [4]
    $ printf 'a b ' | cordon secret set openai
    2> ✗ The secret begins or ends with white space, which a request cannot carry. (secret_unfit)
    2>   hint: nothing was stored; run \`cordon secret set openai\` with another value
    [4]
    $ printf '' | cordon secret set openai
    2> ✗ The secret is empty. (secret_unfit)
    2>   hint: nothing was stored; run \`cordon secret set openai\` with another value
    [4]
    $ printf '\\303\\251' | cordon secret set openai
    2> ✗ The secret has a character in it that is not ASCII, and a request can only carry ASCII. (secret_unfit)
    2>   hint: nothing was stored; run \`cordon secret set openai\` with another value
    [4]
    $ cordon secret list
    NAME           ACCOUNT  STATE    STORE
    openai         openai   missing  the encrypted file ~/.config/cordon/secrets.age
    openai-models  openai   missing  the encrypted file ~/.config/cordon/secrets.age
  `)
})

test('a key on the command line is not repeated by any command', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup codex')
  const commands = [
    `cordon secret set openai ${secret}`,
    `cordon secret set openai --value ${secret}`,
    `cordon secret set openai --value=${secret}`,
    `cordon secret set openai -v${secret}`,
    `cordon secret set ${secret}`,
    `cordon secret ${secret}`,
    `cordon secret check openai ${secret}`,
    `cordon secret delete ${secret}`,
    `cordon token revoke ${secret}`,
    `cordon token rotate ${secret}`,
    `cordon token add '${secret} '`,
    `cordon ${secret}`,
    `cordon help ${secret}`,
    `cordon run -r ${secret} -- true`,
    `cordon route add --host api.openai.com --port ${secret}`,
    `cordon route add --host api.openai.com --source ${secret}`,
    `cordon route add --host api.openai.com --auth-type ${secret}`,
    `cordon setup ${secret}`,
    `cordon route show '${secret} '`,
    `cordon route add --host ${secret}`,
    `cordon env --format ${secret}`,
    `cordon env --scope ${secret}`,
    `cordon wait --timeout ${secret}`,
    `cordon secret set openai ${secret} --json`,
  ]

  const results = await Promise.all(commands.map((line) => page.typed(line, { input: otherSecret })))

  const accepted = commands.filter((_, i) => results[i]?.code === 0)
  assert.deepEqual(accepted, [`cordon token revoke ${secret}`])
})

test('a key given as an argument is told to be no secret any more', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup codex')

  await page.reads(`
    $ cordon secret set openai sk-canary-5e1f0c7a93bd4826
    2> ✗ A secret is never an argument: other programs can read it, and the shell keeps it. (usage)
    2>   hint: run \`cordon secret set openai\` and type it there, or \`cordon secret set openai < FILE\`; if this was a real key, replace it by a new one
    [2]
    $ cordon secret set sk-canary-5e1f0c7a93bd4826
    2> ✗ There is no route ******** in /desk/project/cordon.toml. (route_missing)
    2>   hint: the name of a route is wanted there; if it was a real key, replace it by a new one, for the shell keeps it
    [3]
    $ cordon secret set openai --value=sk-canary-5e1f0c7a93bd4826
    2> ✗ \`cordon secret set\` has no option --value. (usage)
    2>   hint: see \`cordon secret set --help\`
    [2]
  `)
})

test('secret commands name the route, the configuration or the store that is missing', async (t) => {
  const page = openPage(t)

  await page.reads(`
    $ cordon secret set openai < /dev/null
    2> ✗ There is no cordon.toml yet. (config_missing)
    2>   hint: make one with \`cordon setup\`
    [3]
    $ cordon setup > /dev/null 2>&1; cordon secret list
    2> ! /desk/project/cordon.toml has no route yet.
    2>   next: cordon route add
    $ cordon secret check
    2> ! /desk/project/cordon.toml has no route yet.
    2>   next: cordon route add
    $ cordon route add --host api.openai.com > /dev/null 2>&1; echo key | cordon secret set opnai
    2> ✗ There is no route opnai in /desk/project/cordon.toml. (route_missing)
    2>   hint: did you mean openai?
    [3]
    $ cordon secret check github
    2> ✗ There is no route github in /desk/project/cordon.toml. (route_missing)
    2>   hint: see which there are with \`cordon route list\`
    [3]
    $ cordon route add --host api.github.com --name github --source keyring > /dev/null
    2>   next: cordon secret set github
    $ echo key | cordon secret set github
    2> ✗ There is no system keyring: this session has no D-Bus. (keyring_unavailable)
    2>   hint: start a keyring, or keep the secret in the encrypted file: \`cordon route edit github --source age\`
    [4]
    $ cordon secret check
    2> ! openai: There is no secret "openai" in the encrypted file ~/.config/cordon/secrets.age.
    2>   next: cordon secret set openai
    2> ! github: There is no system keyring: this session has no D-Bus. To mend it, start a keyring, or keep the secret in the encrypted file: \`cordon route edit github --source age\`.
    [4]
    $ cordon secret list --json
    [
      {
        "name": "openai",
        "source": "age",
        "store": "the encrypted file ~/.config/cordon/secrets.age",
        "account": "openai",
        "state": "missing",
        "why": "There is no secret \\"openai\\" in the encrypted file ~/.config/cordon/secrets.age."
      },
      {
        "name": "github",
        "source": "keyring",
        "store": "the system keyring",
        "account": "github",
        "state": "unreadable",
        "why": "There is no system keyring: this session has no D-Bus.",
        "hint": "start a keyring, or keep the secret in the encrypted file: \`cordon route edit github --source age\`"
      }
    ]
    $ cordon secret delete github
    2> ✗ There is no system keyring: this session has no D-Bus. (keyring_unavailable)
    2>   hint: start a keyring, or keep the secret in the encrypted file: \`cordon route edit github --source age\`
    [4]
  `)
})

test('a passphrase comes from stdin, then opens only on a terminal', async (t) => {
  const page = openPage(t)
  await page.typed(`cordon setup codex; printf %s ${secret} | cordon secret set openai`)

  await page.reads(`
    $ cordon secret passphrase --remove
    ✓ There is already no passphrase on the encrypted file ~/.config/cordon/secrets.age.
    $ printf '' | cordon secret passphrase
    2> ✗ The passphrase is empty; nothing was changed. (passphrase_empty)
    2>   hint: type one, or take the old one off with \`--remove\`
    [4]
    $ echo correct-horse | cordon secret passphrase
    ✓ From now on the encrypted file ~/.config/cordon/secrets.age opens with that passphrase only.
    $ cordon secret check openai
    2> ! openai: The encrypted store has a passphrase, and there is no terminal to ask for it. To mend it, run the command on a terminal; for \`cordon run\`, let \`cordon start\` run there, which asks; or take the passphrase off with \`cordon secret passphrase --remove\`.
    [4]
    $ cordon secret list --json
    [
      {
        "name": "openai",
        "source": "age",
        "store": "the encrypted file ~/.config/cordon/secrets.age",
        "account": "openai",
        "state": "unreadable",
        "why": "The encrypted store has a passphrase, and there is no terminal to ask for it.",
        "hint": "run the command on a terminal; for \`cordon run\`, let \`cordon start\` run there, which asks; or take the passphrase off with \`cordon secret passphrase --remove\`"
      },
      {
        "name": "openai-models",
        "source": "age",
        "store": "the encrypted file ~/.config/cordon/secrets.age",
        "account": "openai",
        "state": "unreadable",
        "why": "The encrypted store has a passphrase, and there is no terminal to ask for it.",
        "hint": "run the command on a terminal; for \`cordon run\`, let \`cordon start\` run there, which asks; or take the passphrase off with \`cordon secret passphrase --remove\`"
      }
    ]
    $ cordon secret passphrase --remove
    2> ✗ The encrypted store has a passphrase, and there is no terminal to ask for it. (passphrase_needed)
    2>   hint: run the command on a terminal; for \`cordon run\`, let \`cordon start\` run there, which asks; or take the passphrase off with \`cordon secret passphrase --remove\`
    [4]
    $ echo key | cordon secret set openai
    2> ✗ The encrypted store has a passphrase, and there is no terminal to ask for it. (passphrase_needed)
    2>   hint: run the command on a terminal; for \`cordon run\`, let \`cordon start\` run there, which asks; or take the passphrase off with \`cordon secret passphrase --remove\`
    [4]
    $ cordon start
    2> ✗ A secret cannot be read. (secret_check)
    2>   openai, openai-models: The encrypted store has a passphrase, and there is no terminal to ask for it.
    2>     hint: run the command on a terminal; for \`cordon run\`, let \`cordon start\` run there, which asks; or take the passphrase off with \`cordon secret passphrase --remove\`
    2>   hint: mend it, or run \`cordon start --keep-going\`
    [4]
    $ cordon run -- true
    2> ✗ A secret cannot be read. (secret_check)
    2>   openai, openai-models: The encrypted store has a passphrase, and there is no terminal to ask for it.
    2>     hint: run the command on a terminal; for \`cordon run\`, let \`cordon start\` run there, which asks; or take the passphrase off with \`cordon secret passphrase --remove\`
    2>   hint: mend it, or run \`cordon start --keep-going\`
    [4]
  `)
})
