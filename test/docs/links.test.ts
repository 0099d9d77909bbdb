/** How the pages hang together. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'node:test'
import { linksOf, pages, root } from './pages.ts'

test('every link between pages leads to a file, and to a heading in it', () => {
  const links = pages.flatMap((page) => linksOf(page).map((link) => ({ path: page.path, ...link })))

  assert.ok(links.length > 0)
  for (const { path, to, heading } of links) {
    const file = to === '' ? join(root, path) : join(root, dirname(path), to)
    assert.ok(existsSync(file), `${path} links to ${to}`)
    if (heading !== undefined) assert.ok(headingsOf(file).includes(heading), `${path} links to ${to}#${heading}`)
  }
})

test('every page is linked from the README', () => {
  const readme = pages.find(({ path }) => path === 'README.md')?.text ?? ''

  for (const { path } of pages) if (path !== 'README.md') assert.ok(readme.includes(`](${path})`), path)
})

test('no page holds the marks of a merge', () => {
  for (const { path, text } of pages) assert.doesNotMatch(text, /^(<<<<<<<|=======|>>>>>>>)( |$)/m, path)
})

/** As GitHub names them. */
function headingsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8').replace(/^```.*?^```$/gms, '')
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, text = '']) =>
    text
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replace(/ /g, '-'),
  )
}
