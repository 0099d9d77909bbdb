/** The sections of the pages, by what they speak of: for a word that is no name of a page. */
import { pages } from './topics.ts'

/** Words that a person may ask about and that no heading has, or several have, with the section that is meant. */
const meant: ReadonlyMap<string, string> = new Map([
  ['certificate', 'ca'],
  ['config', 'every key'],
  ['environment', 'variable'],
  ['file', 'where file lie'],
  ['host', 'route'],
  ['https_proxy', 'variable'],
  ['key', 'every key'],
  ['log', 'what is logged'],
  ['port', 'port is taken'],
  ['proxy', "behind a company's proxy"],
  ['reload', 'what change without a restart'],
  ['token', 'client token'],
])

/** The section that a word leads to: with that heading, else the shortest that has the word. Undefined where there is none. */
export function sectionOn(word: string): string | undefined {
  const typed = keyOf(word)
  const wanted = meant.get(typed) ?? typed
  const found = sections.find(({ key }) => key === wanted) ?? shortest(sections.filter(({ key }) => has(key, wanted)))
  return found && `# ${found.title}\n${found.text.trimEnd()}\n\nThe page around it: cordon help ${found.page}\n`
}

/** All that `sectionOn` certainly knows, for a suggestion. */
export const sectionWords: readonly string[] = [...meant.keys()]

interface Section {
  page: string
  title: string
  key: string
  /** Without its heading. */
  text: string
}

// What stands below `###` is in the section around it too. The page of errors is known by its codes.
const sections: readonly Section[] = Object.entries(pages)
  .filter(([page]) => page !== 'errors')
  .flatMap(([page, text]) => [...cut(page, text, '##'), ...cut(page, text, '###')])

function cut(page: string, text: string, mark: string): Section[] {
  return [...text.matchAll(new RegExp(`^${mark} (.*)\n((?:(?!#{2,${mark.length}} ).*\n?)*)`, 'gm'))].map(
    ([, title = '', content = '']) => ({ page, title, key: keyOf(title), text: content }),
  )
}

/** Words without their plural, articles and marks, so that `routes` is `Routes` and `tokens` is in `Client tokens`. */
function keyOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/^(\d+\. |the |a )|[`.,]/g, '')
    .replace(/(?<=\w{2})s\b/g, '')
}

const has = (key: string, words: string) => ` ${key} `.includes(` ${words} `)

const shortest = (found: readonly Section[]) => [...found].sort((one, other) => one.key.length - other.key.length)[0]
