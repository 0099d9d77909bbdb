/** Another platform as far as the command line sees one: its name, and an init system of our own that runs what it is handed. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openPage, type Page } from '../cli/transcript.ts'
import { cordonBinary } from '../desk.ts'

/** Why no other platform can be told to cordon; undefined where it can. */
export const noOtherPlatform = cordonBinary && 'the executable takes no NODE_OPTIONS, so that it stays on its platform'

export interface Elsewhere {
  page: Page
  /** The calls so far that change something, one a line. */
  calls(): string[]
  /** From now on the init system answers nobody. */
  vanish(): void
}

/** A page whose commands take this machine for a Mac. */
export const openMac = (t: TestContext): Promise<Elsewhere> =>
  open(t, 'darwin', 'launchctl', {
    script: 'launchctl.py',
    note: '.shown',
    end: (label) => [['bootout', `gui/501/${label}`]],
  })

/** A page whose commands take this machine for Windows. */
export const openWindows = (t: TestContext): Promise<Elsewhere> =>
  open(t, 'win32', 'schtasks.exe', {
    script: 'schtasks.py',
    note: '.minded',
    end: (name) => [
      ['/Change', '/TN', name, '/DISABLE'],
      ['/End', '/TN', name],
      ['/Delete', '/TN', name, '/F'],
    ],
  })

interface StandIn {
  script: string
  /** How the notes of what it runs end. */
  note: string
  /** The calls that end one, by the name of its note. */
  end(name: string): string[][]
}

async function open(
  t: TestContext,
  platform: NodeJS.Platform,
  program: string,
  { script, note, end }: StandIn,
): Promise<Elsewhere> {
  // What it runs has to end before its files go.
  let endAll = async () => {}
  t.after(() => endAll())
  const page = openPage(t)
  const folder = join(page.desk.folder, 'init')
  mkdirSync(folder)
  writeFileSync(join(folder, 'calls'), '')
  const path = join(page.desk.folder, 'bin', program)
  const file = fileURLToPath(new URL(script, import.meta.url))
  writeFileSync(path, `#!/bin/sh\nexec python3 -B '${file}' '${folder}' "$@"\n`)
  chmodSync(path, 0o755)
  await page.typed('cordon setup --yes')
  const loader = `data:text/javascript,Object.defineProperty(process,'platform',{value:'${platform}'})`
  page.desk.env['NODE_OPTIONS'] = `--import=${loader}`
  const running = () => readdirSync(folder).filter((name) => name.endsWith(note))
  endAll = async () => {
    for (const name of running()) for (const words of end(name.replace(note, ''))) await page.desk.run(program, words)
    while (running().length > 0) await sleep(20)
  }
  return {
    page,
    calls: () => readFileSync(join(folder, 'calls'), 'utf8').split('\n').slice(0, -1),
    vanish: () => writeFileSync(join(folder, 'nobody'), ''),
  }
}
