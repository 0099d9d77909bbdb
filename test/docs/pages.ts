/** The pages a person reads: README.md and docs/*.md, and the fenced blocks on them. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

export interface Page {
  /** From the top of the repository. */
  path: string
  text: string
}

export const pages: readonly Page[] = ['README.md', ...globSync('docs/*.md', { cwd: root })]
  .sort()
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))

export function pageAt(path: string): Page {
  const page = pages.find((one) => one.path === path)
  if (!page) throw new Error(`there is no ${path}`)
  return page
}

/** The fenced blocks in the order of the page; `kind` is the word behind the first three backticks. */
export function fencedBlocksOf({ text }: Page): { kind: string; content: string }[] {
  return [...text.matchAll(/^```(\S*)\n(.*?)^```$/gms)].map(([, kind = '', content = '']) => ({ kind, content }))
}

/** The blocks of one kind. */
export function blocksOf(page: Page, kind: string): string[] {
  return fencedBlocksOf(page).flatMap((block) => (block.kind === kind ? [block.content] : []))
}

/** The links that lead to no other site: the path from the page's own folder, empty for the page itself, and the heading. */
export function linksOf({ text }: Page): { to: string; heading: string | undefined }[] {
  return [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)].map(([, to = '', heading]) => ({ to, heading }))
}

/** The rows of every table, without headings and rules; the cells as they are written. */
export function rowsOf({ text }: Page): string[][] {
  const lines = text.split('\n')
  return lines
    .filter((line, i) => line.startsWith('|') && !isRule(line) && !isRule(lines[i + 1] ?? ''))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
}

const isRule = (line: string) => /^[|\s:-]+$/.test(line) && line.includes('-')
