/** A page whose project has a route to an origin with a name of OpenAI's, and its key in the encrypted file. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setKey } from '../../src/config/toml-text.ts'
import { put, type RunningCordon } from '../desk.ts'
import { type Origin, type OriginOptions, originCa, startOrigin } from '../world.ts'
import { openPage, type Page, secret } from './transcript.ts'

export interface Routed {
  page: Page
  origin: Origin
}

export async function openRouted(t: TestContext, options?: OriginOptions): Promise<Routed> {
  const page = openPage(t)
  const origin = await startOrigin(t, 'api.openai.com', options)
  await page.typed('cordon setup')
  const trust = put(page.desk, 'origin-ca.pem', originCa.pem)
  const file = join(page.desk.project, 'cordon.toml')
  put(page.desk, 'cordon.toml', setKey(readFileSync(file, 'utf8'), ['tls', 'trust'], [trust]))
  const added = await page.typed(
    `cordon route add --host api.openai.com --source age --account openai --connect-to 127.0.0.1:${origin.port} && cordon secret set openai`,
    { input: secret },
  )
  assert.equal(added.code, 0, added.stderr)
  return { page, origin }
}

/** A request by the origin's own name, as a program makes it that `cordon run` leads. */
export const curl = (path: string) => `cordon run -- curl -sSN https://api.openai.com${path}`

/** Resolves once the cordon has written this. */
export async function wrote(cordon: RunningCordon, text: string | RegExp): Promise<void> {
  const pattern = typeof text === 'string' ? new RegExp(RegExp.escape(text)) : text
  while (!pattern.test(cordon.output())) await once(cordon.process.stderr ?? cordon.process, 'data')
}

export interface Streaming extends Routed {
  /** The answers under `/stream`, each held open after its first piece, in the order in which they began. */
  began(count: number): Promise<readonly ServerResponse[]>
}

/** The same with an origin that streams. */
export async function openStreaming(t: TestContext): Promise<Streaming> {
  const held: ServerResponse[] = []
  let look = () => {}
  const routed = await openRouted(t, {
    answer(request, response) {
      if (request.url !== '/stream') return void response.end('{"ok":true}')
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: first\n\n')
      held.push(response)
      look()
    },
  })
  const began = (count: number) =>
    new Promise<readonly ServerResponse[]>((done) => {
      look = () => held.length >= count && done(held)
      look()
    })
  return { ...routed, began }
}
