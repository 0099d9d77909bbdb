/**
 * The commands that a page shows, typed on a desk. What a page shows below a command must be what the command prints:
 *
 *     $ cordon status                     ends with 0, for no line of the output shown has a cross
 *     ✗ cordon does not run …             a line with a cross: ends with another code
 *     …                                   lines that the page leaves out
 *
 * The input of a command is a made-up key. A block ```sh is shown only.
 */
import assert from 'node:assert/strict'
import { delimiter } from 'node:path'
import { commandFolder, type Desk } from '../desk.ts'
import { blocksOf, type Page } from './pages.ts'

export interface Typed {
  command: string
  shown: string[]
}

/** What is typed for a key. */
export const madeUpKey = 'sk-made-up-by-a-test'

/** True where a page has a block ```console. */
export function hasCommands(page: Page): boolean {
  return commandsOf(page).length > 0
}

/** Every command of a page's blocks ```console, in their order. */
export const commandsOf = (page: Page): Typed[] => blocksOf(page, 'console').flatMap(typedIn)

/** Types every command of the page, in its order, with more variables where they are given. */
export async function typePage(page: Page, desk: Desk, more: NodeJS.ProcessEnv = {}): Promise<void> {
  const env = { PATH: [commandFolder(desk), desk.env.PATH].join(delimiter), ...more }
  for (const { command, shown } of commandsOf(page)) {
    const isFailure = shown.some((line) => /^\s*✗/.test(line))
    if (/^cordon start\b/.test(command) && !isFailure) {
      // The one that `cordon run` started ends when it has seen that its command has.
      while ((await desk.cordon(['status', '--quiet'])).code === 0);
      const cordon = await desk.start(command.split(/\s+#/, 1)[0]?.split(' ').slice(2), { env })
      assert.match(plain(cordon.output(), desk), asPattern(shown, desk), command)
      continue
    }
    const run = await desk.run('sh', ['-c', `{ ${command}\n} 2>&1`], { env, input: madeUpKey })
    assert.equal(run.code !== 0, isFailure, `${command} ended with ${run.code}:\n${run.stdout}`)
    if (shown.length > 0) assert.match(plain(run.stdout, desk), asPattern(shown, desk), command)
  }
}

function typedIn(block: string): Typed[] {
  const typed: Typed[] = []
  for (const line of block.trimEnd().split('\n')) {
    if (line.startsWith('$ ')) typed.push({ command: line.slice(2), shown: [] })
    else typed.at(-1)?.shown.push(line)
  }
  return typed
}

/** What differs from desk to desk in one form: folders, ports, processes, times, the hash of a project. */
function plain(text: string, { home, project }: Desk): string {
  return text
    .replaceAll(project, '~/project')
    .replaceAll(home, '~')
    .replace(/project-[0-9a-f]{8}/g, 'project-HASH')
    .replace(/(127\.0\.0\.1:|\bport |listen = )\d+/gi, '$1PORT')
    .replace(/\bprocess \d+/g, 'process PID')
    .replace(/\d{4}-\d\d-\d\d(T[\d:.]+Z)?/g, 'TIME')
    .replace(/\bcordon \d+\.\d+\.\d+/g, 'cordon VERSION')
    .replace(/\b\d+ roots/g, 'N roots')
    .replace(/[ \t]+$/gm, '')
}

function asPattern(shown: readonly string[], desk: Desk): RegExp {
  const lines = shown.map((line) =>
    line.trim() === '…' ? '(?:.*\\n)*?' : `${plain(line, desk).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\n`,
  )
  return new RegExp(`^${lines.join('')}$`)
}
