/** A Mac as far as the command line sees one: its platform, and a launchd of our own that runs what it is handed. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openPage, type Page } from '../cli/transcript.ts'
import { cordonBinary } from '../desk.ts'

/** Why no other platform can be told to cordon; undefined where it can. */
export const noOtherPlatform = cordonBinary && 'the executable takes no NODE_OPTIONS, so that it stays on its platform'

/** What makes Node believe that it runs elsewhere. */
export const optionsFor = (platform: NodeJS.Platform) =>
  `--import=data:text/javascript,Object.defineProperty(process,'platform',{value:'${platform}'})`

export interface Mac {
  page: Page
  /** The calls so far that change something, one a line. */
  calls(): string[]
  /** From now on nobody is logged in on the screen. */
  logOut(): void
}

/** A page whose commands take this machine for a Mac; what its launchd runs ends with the test. */
export async function openMac(t: TestContext): Promise<Mac> {
  // What it runs has to end before its files go.
  let end = async () => {}
  t.after(() => end())
  const page = openPage(t)
  const folder = join(page.desk.folder, 'launchd')
  mkdirSync(folder)
  writeFileSync(join(folder, 'calls'), '')
  const program = join(page.desk.folder, 'bin', 'launchctl')
  const script = fileURLToPath(new URL('launchctl.py', import.meta.url))
  writeFileSync(program, `#!/bin/sh\nexec python3 '${script}' '${folder}' "$@"\n`)
  chmodSync(program, 0o755)
  await page.typed('cordon setup --yes')
  page.desk.env['NODE_OPTIONS'] = optionsFor('darwin')
  const minded = () => readdirSync(folder).filter((name) => name.endsWith('.shown'))
  end = async () => {
    for (const name of minded()) await page.desk.run('launchctl', ['bootout', `gui/501/${name.replace('.shown', '')}`])
    while (minded().length > 0) await sleep(20)
  }
  return {
    page,
    calls: () => readFileSync(join(folder, 'calls'), 'utf8').split('\n').slice(0, -1),
    logOut: () => writeFileSync(join(folder, 'nobody'), ''),
  }
}
