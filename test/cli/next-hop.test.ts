import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startCompanyProxy } from '../company-proxy.ts'
import { put } from '../desk.ts'
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
