import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, test } from 'node:test'
import { filesHolding, put } from '../desk.ts'
import { down, enter, noTerminal, onTerminal } from './terminal.ts'
import { openPage, secret } from './transcript.ts'

describe('on a terminal', { skip: noTerminal }, () => {
  test('the hidden prompt of secret set shows nothing of what is typed, whatever is pressed, and stores it', async (t) => {
    const page = openPage(t)
    await page.typed('cordon setup codex')

    const screen = await onTerminal(
      page.desk,
      ['cordon', 'secret', 'set', 'openai'],
      [['Secret of openai:', `${secret}\x14${enter}`]],
    )

    assert.equal(screen.code, 0)
    assert.match(screen.text, /✓ Stored the secret of openai in the encrypted file ~\/.config\/cordon\/secrets\.age/)
    for (let length = 4; length <= secret.length; length++)
      assert.ok(!screen.raw.includes(secret.slice(0, length)), screen.text)
    assert.doesNotMatch(screen.text, /\*/, 'not even the length of it is to be seen')
    await page.reads(`
      $ printf sk-canary-5e1f0c7a93bd4826 | cordon secret set openai
      ✓ This secret of openai is in the encrypted file ~/.config/cordon/secrets.age already.
    `)
  })

  test('Ctrl+C at a prompt ends the command, and nothing is stored', async (t) => {
    const page = openPage(t)
    await page.typed('cordon setup codex')

    const screen = await onTerminal(
      page.desk,
      ['cordon', 'secret', 'set', 'openai'],
      [['Secret of openai:', `${secret}\x03`]],
    )

    assert.notEqual(screen.code, 0)
    assert.doesNotMatch(screen.text, /at |Error|canary/)
    assert.equal(existsSync(join(page.desk.home, '.config/cordon/secrets.age')), false)
  })

  test('route add without flags asks, and adds what was answered', async (t) => {
    const page = openPage(t)
    await page.typed('cordon setup')

    const screen = await onTerminal(
      page.desk,
      ['cordon', 'route', 'add'],
      [
        ['Host', `https://api.mailer.test${enter}`],
        ['without https://', `${'\x7f'.repeat(40)}api.mailer.test${enter}`],
        ['Name of the route:', enter],
        ['How does the origin want it?', down + enter],
        ['Name of the field:', `X-Token${enter}`],
        ['Where does the secret lie?', down + down + enter],
        ['Its name in that store:', `mail-key${enter}`],
      ],
    )

    assert.equal(screen.code, 0, screen.text)
    assert.match(screen.text, /✓ Added the route mailer for api\.mailer\.test to \/desk\/project\/cordon\.toml\./)
    await page.reads(`
      $ cordon route list
      NAME    HOST             THE ORIGIN GETS    SECRET
      mailer  api.mailer.test  X-Token: [secret]  age "mail-key"
    `)
  })

  test('route add with flags never asks', async (t) => {
    const page = openPage(t)
    await page.typed('cordon setup')

    const screen = await onTerminal(page.desk, ['cordon', 'route', 'add', '--host', 'api.mailer.test'])

    assert.equal(screen.code, 2)
    assert.match(screen.text, /✗ --auth-type is missing/)
  })

  test('setup without flags asks for the agent, shows what would change, and does it', async (t) => {
    const page = openPage(t)

    const screen = await onTerminal(
      page.desk,
      ['cordon', 'setup'],
      [
        ['Which agent shall be wired?', enter],
        ['Make these changes?', `y${enter}`],
      ],
    )

    assert.equal(screen.code, 0, screen.text)
    assert.match(screen.text, /new file: ~\/.config\/cordon\/projects\/project-HASH\/certs\/ca-cert\.pem/)
    assert.match(screen.text, /\+match\.host = "api\.openai\.com"/)
    assert.match(screen.text, /✓ Set up Codex: /)
    assert.doesNotMatch(screen.raw, /[\w-]{43}@/)
    await page.reads(`
      $ cordon integration list 2>&1 | grep ^codex | tr -s ' '
      codex yes current project /desk/project/.codex
    `)
  })

  test('where no agent is installed, one key goes on without one', async (t) => {
    const page = openPage(t)
    const PATH = [...(page.desk.env['PATH'] ?? '').split(delimiter).slice(0, 1), '/usr/bin', '/bin'].join(delimiter)

    const screen = await onTerminal(
      page.desk,
      ['cordon', 'setup'],
      [
        ['❯ none yet', enter],
        ['Make these changes?', enter],
      ],
      { env: { PATH } },
    )

    assert.equal(screen.code, 0, screen.text)
    assert.match(screen.text, /✓ Wrote \/desk\/project\/cordon\.toml: port PORT\.\n {2}next: cordon route add\n$/)
  })

  test('setup changes nothing when the answer is no', async (t) => {
    const page = openPage(t)

    const screen = await onTerminal(page.desk, ['cordon', 'setup', 'codex'], [['Make these changes?', `n${enter}`]])

    assert.equal(screen.code, 1)
    assert.match(screen.text, /✗ Nothing was changed\. \(cancelled\)/)
    await page.reads(`
      $ ls -A .
      $ ls -A ~
    `)
  })

  test('setup asks before it moves a real key, and leaves it where it is when the answer is no', async (t) => {
    const page = openPage(t)
    const login = put(page.desk, '.codex/auth.json', JSON.stringify({ OPENAI_API_KEY: secret }))
    const setUp = ['cordon', 'setup', 'codex']

    const no = await onTerminal(page.desk, setUp, [
      ['Make these changes?', `y${enter}`],
      ['Move it into the secret store?', `n${enter}`],
    ])
    assert.equal(no.code, 0, no.text)
    assert.match(readFileSync(login, 'utf8'), /canary/)

    const yes = await onTerminal(page.desk, setUp, [['Move it into the secret store?', `y${enter}`]])
    assert.equal(yes.code, 0, yes.text)
    assert.match(yes.text, /✓ Moved the real key of \/desk\/project\/\.codex\/auth\.json into/)
    assert.ok(!(no.raw + yes.raw).includes(secret))
    assert.deepEqual(filesHolding(page.desk.folder, secret), [])
  })

  test('a passphrase is asked for twice, then at each start, and can be taken off', async (t) => {
    const page = openPage(t)
    await page.typed(`cordon setup codex; printf %s ${secret} | cordon secret set openai`)
    const passphrase = 'correct horse'
    const change = ['cordon', 'secret', 'passphrase']

    const different = await onTerminal(page.desk, change, [
      ['New passphrase:', passphrase + enter],
      ['The same again:', `wrong horse${enter}`],
    ])
    assert.match(different.text, /✗ The two are not the same; nothing was changed\. \(passphrase_differs\)/)
    const set = await onTerminal(page.desk, change, [
      ['New passphrase:', passphrase + enter],
      ['The same again:', passphrase + enter],
    ])
    assert.match(set.text, /✓ From now on the encrypted file ~\/.config\/cordon\/secrets\.age opens with that/)

    const wrong = await onTerminal(
      page.desk,
      ['cordon', 'secret', 'check', 'openai'],
      [['Passphrase of the encrypted store:', `wrong horse${enter}`]],
    )
    assert.equal(wrong.code, 4, wrong.text)
    const right = await onTerminal(
      page.desk,
      ['cordon', 'secret', 'check', 'openai'],
      [['Passphrase of the encrypted store:', passphrase + enter]],
    )
    assert.match(right.text, /✓ openai: "openai" is in the encrypted file/)
    const off = await onTerminal(
      page.desk,
      [...change, '--remove'],
      [['Passphrase of the encrypted store:', passphrase + enter]],
    )
    assert.match(off.text, /✓ Took the passphrase off the encrypted file/)
    for (const { raw } of [different, set, wrong, right, off]) assert.doesNotMatch(raw, /horse/)
  })

  test('colours are for terminals, and not for NO_COLOR', async (t) => {
    const page = openPage(t)
    const escape = '\x1b['

    const colourful = await onTerminal(page.desk, ['cordon', 'setup', '--yes'])
    const plain = await onTerminal(page.desk, ['cordon', 'status'], [], { env: { NO_COLOR: '1' } })
    const piped = await page.typed('cordon status')

    assert.ok(colourful.raw.includes(escape))
    assert.ok(!plain.raw.includes(escape))
    assert.ok(!(piped.stdout + piped.stderr).includes(escape))
  })

  test('a page is never wider than 100 columns', async (t) => {
    const page = openPage(t)

    const { text } = await onTerminal(page.desk, ['sh', '-c', 'stty cols 160; cordon route add --help'])

    assert.deepEqual(
      text.split('\n').filter((line) => line.length > 100),
      [],
    )
  })

  test('without a terminal to ask on, secret set says how to pipe the value in', async (t) => {
    const page = openPage(t)
    await page.typed('cordon setup codex')

    const screen = await onTerminal(page.desk, ['sh', '-c', 'cordon secret set openai 2> told; cat told'])

    assert.match(screen.text, /✗ There is no terminal to ask on, and nothing is piped into stdin\. \(usage\)/)
  })
})
