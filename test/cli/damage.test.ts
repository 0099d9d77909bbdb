/** A file of cordon's own that is damaged, exposed or gone: the sentence names it, and what it says mends it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openPage, secret } from './transcript.ts'

const certs = '~/.config/cordon/projects/*/certs'
const tokens = '~/.config/cordon/projects/*/tokens.toml'
const store = '~/.config/cordon'

/** What was done to a sound set-up, the command that meets it, its code and exit code, and what its hint says to do. */
const damages = [
  [`echo x > "$(echo ${tokens})"`, 'env', 'tokens_faulty', 3, `rm ${tokens}; cordon setup`],
  [`chmod 644 ${tokens}`, 'token list', 'tokens_exposed', 3, `chmod 600 ${tokens}`],
  [
    `mv ${tokens} there; ln -s "$PWD/there" ${tokens.replace('*', '"$(ls ~/.config/cordon/projects)"')}`,
    'token list',
    'symlink_refused',
    3,
    `rm ${tokens}; cordon setup`,
  ],
  [`rm ${certs}/ca-key.pem`, 'run -- true', 'ca_incomplete', 3, `rm ${certs}/ca-cert.pem; cordon setup`],
  [`echo x > "$(echo ${certs})"/ca-cert.pem`, 'run -- true', 'ca_unreadable', 3, `rm ${certs}/ca-*.pem; cordon setup`],
  [`chmod 644 ${certs}/ca-key.pem`, 'run -- true', 'ca_exposed', 3, `chmod 600 ${certs}/ca-key.pem`],
  [`rm ${certs}/combined-ca.pem`, 'env', 'ca_missing', 3, 'cordon setup'],
  [`echo x > ${store}/secrets.age`, 'secret set openai < key', 'store_corrupt', 4, `rm ${store}/secrets.*`],
  [`rm ${store}/secrets.identity`, 'secret set openai < key', 'identity_missing', 4, `rm ${store}/secrets.age`],
  [`echo x > ${store}/secrets.identity`, 'secret set openai < key', 'identity_corrupt', 4, `rm ${store}/secrets.*`],
  [`chmod 644 ${store}/secrets.age`, 'secret set openai < key', 'store_exposed', 4, `chmod 600 ${store}/secrets.age`],
  [
    `rm ${store}/secrets.age; mkdir -m 700 ${store}/secrets.age`,
    'secret set openai < key',
    'store_unreadable',
    4,
    `rmdir ${store}/secrets.age`,
  ],
  [
    'mkdir ~/.codex; echo "{" > ~/.codex/auth.json',
    'setup codex --scope user',
    'login_unreadable',
    1,
    'rm ~/.codex/auth.json',
  ],
] as const

for (const [damage, command, code, exit, mend] of damages)
  test(`${code} is told by \`cordon ${command}\`, and what it says mends it`, async (t) => {
    const page = openPage(t)
    await page.typed('cordon setup; cordon route add --host api.openai.com --source age; cat > key', { input: secret })
    await page.typed('cordon secret set openai < key; umask 077')
    await page.typed(damage)

    const failed = await page.typed(`cordon ${command}`)
    const mended = await page.typed(`(${mend}) >/dev/null 2>&1; cordon ${command}`)

    assert.match(failed.stderr, new RegExp(`^✗ .*[.] \\(${code}\\)\n  hint: .*\n$`))
    assert.deepEqual([failed.code, failed.stdout], [exit, ''])
    assert.ok(!mended.stderr.includes('✗'), mended.stderr)
  })
