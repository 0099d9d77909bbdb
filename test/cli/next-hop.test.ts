import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startCompanyProxy } from '../company-proxy.ts'
import { filesHolding, formsOf, put } from '../desk.ts'
import { startResponsesOrigin } from '../responses-origin.ts'
import { originCa, originCertificate } from '../world.ts'
import { normal, openPage, otherSecret, secret } from './transcript.ts'

test('cordon behind the proxy of its environment: doctor tells of it, requests go through it, its password is shown nowhere', async (t) => {
  const page = openPage(t)
  const origin = await startResponsesOrigin(t, originCertificate(['api.openai.com', 'chatgpt.com']))
  const places = { 'api.openai.com': origin.port, 'chatgpt.com': origin.port }
  const company = await startCompanyProxy(t, { places, wants: `sam:${otherSecret}` })
  put(page.desk, 'origin-ca.pem', originCa.pem)
  await page.typed(
    `cordon setup codex; printf %s ${secret} | cordon secret set openai; printf '\\n[tls]\\ntrust = ["origin-ca.pem"]\\n' >> cordon.toml`,
  )
  page.desk.env['HTTPS_PROXY'] = `http://sam:${otherSecret}@127.0.0.1:${company.hop.at.port}`
  const cordon = await page.desk.start(['--log-level', 'debug'])

  await page.reads(`
    $ cordon doctor | grep -e proxy -e route
    ✓ config                /desk/project/cordon.toml is sound, with 2 routes.
    ✓ proxy                 Origins are reached by way of the proxy 127.0.0.1:PORT, which HTTPS_PROXY names.
    ✓ route openai          api.openai.com:443 proved its name.
    ✓ route openai-models   chatgpt.com:443 proved its name.
  `)
  const answer = await page.typed(
    'eval "$(cordon env)"; curl -s -o /dev/null -w "%{http_code}" https://api.openai.com/v1/models',
  )

  assert.equal(answer.stdout, '200')
  assert.deepEqual(
    origin.requests.at(-1)?.fields.filter(([name]) => /authorization/i.test(name)),
    [['Authorization', `Bearer ${secret}`]],
  )
  assert.deepEqual([...new Set(company.asked)].sort(), ['api.openai.com:443', 'chatgpt.com:443'])
  assert.ok(!cordon.output().includes(otherSecret))
  assert.ok(!cordon.output().includes(Buffer.from(`sam:${otherSecret}`).toString('base64')))
})

test('the password of the proxy before cordon lies in a store, and a new one holds without a restart', async (t) => {
  const page = openPage(t)
  const origin = await startResponsesOrigin(t, originCertificate(['api.openai.com']))
  const company = await startCompanyProxy(t, { places: { 'api.openai.com': origin.port }, wants: `sam:${otherSecret}` })
  put(page.desk, 'origin-ca.pem', originCa.pem)
  put(page.desk, 'old', 'canary-of-an-old-password')
  put(page.desk, 'password', otherSecret)
  await page.typed(
    `cordon setup; cordon route add --host api.openai.com; printf %s ${secret} | cordon secret set openai`,
  )
  await page.typed(`printf %s '
[tls]
trust = ["origin-ca.pem"]
[network]
proxy = "http://127.0.0.1:${company.hop.at.port}"
proxy_auth = { username = "sam", secret = { source = "age", account = "company" } }
' >> cordon.toml`)

  await page.reads(`
    $ cordon start
    2> ✗ A secret cannot be read. (secret_check)
    2>   network.proxy: There is no secret "company" in the encrypted file ~/.config/cordon/secrets.age.
    2>     hint: run \`cordon secret set network.proxy\`
    2>   hint: mend it, or run \`cordon start --keep-going\`
    [4]
    $ cordon secret check network.proxy
    2> ! network.proxy: There is no secret "company" in the encrypted file ~/.config/cordon/secrets.age.
    2>   next: cordon secret set network.proxy
    [4]
    $ cordon doctor | grep -e proxy -e openai
    ✓ secret openai         "openai" is in the encrypted file ~/.config/cordon/secrets.age.
    ✗ secret network.proxy  There is no secret "company" in the encrypted file ~/.config/cordon/secrets.age.
                            to mend it, run \`cordon secret set network.proxy\`
    ✓ proxy                 Origins are reached by way of the proxy 127.0.0.1:PORT, which \`[network] proxy\` of cordon.toml names.
    ✗ route openai          The password for the proxy before cordon is not there: There is no secret "company" in the encrypted file ~/.config/cordon/secrets.age.
                            to mend it, run \`cordon secret set network.proxy\`
    $ cordon secret set network.proxy < old
    ✓ Stored the secret of network.proxy in the encrypted file ~/.config/cordon/secrets.age, as "company".
    2>   next: cordon start
    $ cordon secret list
    NAME           ACCOUNT  STATE   STORE
    openai         openai   stored  the encrypted file ~/.config/cordon/secrets.age
    network.proxy  company  stored  the encrypted file ~/.config/cordon/secrets.age
  `)
  const cordon = await page.desk.start(['--log-level', 'debug'])
  const ask = 'eval "$(cordon env)"; curl -s https://api.openai.com/v1/models'
  const denied = await page.typed(ask)
  await page.typed('cordon secret set network.proxy < password')
  const answered = await page.typed(ask)
  await page.typed('cordon secret delete network.proxy')
  const missing = await page.typed(
    'eval "$(cordon env)"; curl -s https://api.openai.com:8443/v1/models -o /dev/null -w "%{http_connect}"',
  )

  assert.match(denied.stdout, /does not take its user name and password .*`cordon secret set network\.proxy`/)
  assert.equal(JSON.parse(denied.stdout).error.code, 'cordon_next_hop_denied')
  assert.ok(!answered.stdout.includes('error'), answered.stdout)
  assert.equal(origin.requests.length, 1)
  assert.equal(missing.stdout, '400')
  for (const value of [otherSecret, 'canary-of-an-old-password'])
    for (const form of formsOf(value)) assert.ok(!cordon.output().includes(form), 'the log shows the password')
  const kept = filesHolding(page.desk.folder, otherSecret)
  assert.deepEqual(kept, [`${page.desk.project}/password`])
})

test('a configuration without proxy_auth says where the password of the proxy would be named', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup')

  await page.reads(`
    $ cordon secret set network.proxy < /dev/null
    2> ✗ \`[network]\` of /desk/project/cordon.toml has no proxy_auth. (config_proxy_auth)
    2>   hint: add \`proxy_auth = { username = "NAME", secret = { source = "keyring", account = "proxy" } }\` there, beside proxy
    [3]
    $ cordon route add --host api.openai.com --name network.proxy --source age
    2> ✗ These flags would make cordon.toml faulty, so nothing was changed. (usage)
    2>   cordon.toml:17: name "network.proxy" is what commands call the proxy of [network] by; take another name.
    2>       17 | name = "network.proxy"
    2>                   ^^^^^^^^^^^^^^^
    [2]
  `)
})

test('start in a shell with cordon env tells that it does without, and one with another proxy refuses to guess', async (t) => {
  const page = openPage(t)
  await page.typed('cordon setup')

  const printed = await page.typed(
    'eval "$(cordon env)"; (cordon start --log-level error & echo $! > pid; wait) 2>&1 & cordon wait > /dev/null && kill $(cat pid); wait',
  )
  await page.reads(`
    $ HTTPS_PROXY=socks5://sam:${secret.slice(0, 9)}@proxy.test cordon start
    2> ✗ HTTPS_PROXY of this shell is not the URL of an HTTP proxy. (config_proxy)
    2>   hint: set it to http://HOST:PORT, or say \`no_proxy = ["*"]\` in \`[network]\` of cordon.toml to go without
    [3]
  `)

  assert.equal(
    normal(page.desk, printed.stdout),
    `! HTTPS_PROXY of this shell is a cordon, 127.0.0.1:PORT; origins are reached without it. A proxy of your company goes into \`[network] proxy\` of cordon.toml.
✓ cordon is listening on 127.0.0.1:PORT for no route yet.
`,
  )
})
