/**
 * A transcript: what was typed, all that was printed, and the exit code, as a page that stands in the test itself.
 *
 *     $ cordon status          typed into a shell in the project
 *     plain text               stdout
 *     2> text                  stderr
 *     [5]                      the exit code, when it is not 0
 *
 * What differs from run to run stands there by its kind: `~` is the home, /desk/project the project, then HASH, PORT, PID,
 * DATE, VERSION and TOKEN. No page may show a secret, nor a client token but as the password of a proxy.
 */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { TestContext } from 'node:test'
import { commandFolder, type Desk, openDesk, type Result, type RunOptions } from '../desk.ts'

export interface Page {
  desk: Desk
  /** Runs each line that begins with `$`, and expects all of the page, word for word. */
  reads(expected: string): Promise<void>
  /** Runs one line and gives what it printed, for what a page cannot say; it too may show no secret. */
  typed(line: string, options?: RunOptions): Promise<Result>
}

/** The secrets of every page. They are typed and piped, and printed nowhere. */
export const secret = 'sk-canary-5e1f0c7a93bd4826'
export const otherSecret = 'sk-canary-0b64d2f8817ae395'

/** A desk of its own for a test. */
export function openPage(t: Pick<TestContext, 'after'>): Page {
  const desk = openDesk()
  t.after(() => desk.clear())
  desk.env['PATH'] = [commandFolder(desk), desk.env['PATH']].join(delimiter)

  const typed: Page['typed'] = async (line, options) => {
    const result = await desk.run('sh', ['-c', line], options)
    refuseLeak(desk, line, result.stdout + result.stderr)
    return result
  }
  return {
    desk,
    typed,
    async reads(expected) {
      const page = withoutIndent(expected)
      const lines = page.split('\n').filter((line) => line.startsWith('$ '))
      const printed: string[] = []
      for (const line of lines)
        printed.push(line, ...linesOf(await typed(line.slice(2))).map((one) => normal(desk, one)))
      assert.equal(printed.join('\n'), page)
    },
  }
}

function linesOf({ stdout, stderr, code }: Result): string[] {
  const split = (text: string) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))
  return [...split(stdout), ...split(stderr).map((line) => `2> ${line}`), ...(code === 0 ? [] : [`[${code}]`])].map(
    (line) => line.trimEnd(),
  )
}

/** What differs from run to run, by its kind. */
export function normal({ folder, home }: Desk, text: string): string {
  return text
    .replaceAll(home, '~')
    .replaceAll(folder, '/desk')
    .replace(/\b(project|other)-[0-9a-f]{8}\b/g, '$1-HASH')
    .replace(/(127\.0\.0\.1:|\b[Pp]ort |\blisten = |"port": ?|(?:proxyPort=|_PROXY_PORT)\W{0,4})\d+/g, '$1PORT')
    .replace(/(http:\/\/[\w.-]+:)[\w-]{43}@/g, '$1TOKEN@')
    .replace(tokenOfGcloud, '$1TOKEN')
    .replace(/(\bprocess |\brun-|"pid": )\d+/g, '$1PID')
    .replace(/\b\d+ roots\b/g, 'N roots')
    .replace(/\bby \S+ \(process/g, 'by NAME (process')
    .replace(/\b\d{4}-\d\d-\d\d(T[\d:.]+Z)?/g, 'DATE')
    .replace(/((?:^|\s)cordon |"version": ")\d+\.\d+\.\d+/g, '$1VERSION')
}

// gcloud takes the proxy URL in parts.
const tokenOfGcloud = /(\bCLOUDSDK_PROXY_PASSWORD\W{1,4})[\w-]{43}/g

function refuseLeak({ home }: Desk, line: string, printed: string): void {
  const outsideUrls = printed.replace(/http:\/\/[\w.-]+:[\w-]{43}@127/g, '').replace(tokenOfGcloud, '')
  for (const value of [secret, otherSecret, ...tokensBelow(home)])
    assert.ok(!outsideUrls.includes(value), `a secret or a client token was printed by: ${line}`)
}

/** The client tokens that are kept in a readable form. */
function tokensBelow(home: string): string[] {
  return globSync(join(home, '.config/cordon/**/tokens.toml')).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/"([\w-]{43})"/g)].map(([, token = '']) => token),
  )
}

/** A template literal as it would stand at the left margin. */
function withoutIndent(text: string): string {
  const lines = text
    .replace(/^\n/, '')
    .replace(/\n\s*$/, '')
    .split('\n')
  const indent = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)))
  return lines.map((line) => line.slice(indent)).join('\n')
}
