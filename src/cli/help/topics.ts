/** The topics of `cordon help`: the pages of `docs/`, as they were when this cordon was built. */

/** A JSON object in text, name to page. */
declare const CORDON_PAGES: string

/** The pages, by their names. */
export const pages: Readonly<Record<string, string>> = typeof CORDON_PAGES === 'string' ? JSON.parse(CORDON_PAGES) : {}

/** The names that `cordon help` takes besides those of commands. */
export const topicNames: readonly string[] = ['topics', ...Object.keys(pages)]

/** The codes of errors, each of which has a paragraph. */
export const codes = (): string[] => [...(pages['errors'] ?? '').matchAll(/^### (\w+)$/gm)].map(([, code = '']) => code)

/** The page of a topic, or what the page of errors says of a code; undefined where there is neither of that name. */
export function topicPage(name: string): string | undefined {
  return name === 'topics' ? listOfTopics() : (pages[name] ?? codeSection(name))
}

function codeSection(code: string): string | undefined {
  const [, section] = (pages['errors'] ?? '').split(`\n### ${code}\n`)
  return section === undefined ? undefined : `# ${code}\n${section.replace(/\n+#.*/s, '\n')}`
}

function listOfTopics(): string {
  const width = Math.max(...Object.keys(pages).map((name) => name.length))
  const lines = Object.entries(pages).map(([name, text]) => `  cordon help ${name.padEnd(width)}  ${titleOf(text)}`)
  return `${['Topics:', ...lines, '', 'Every command has a page too, cordon help COMMAND, and every error its paragraph, cordon help CODE.', 'A word such as routes, tokens, files or environment leads to the section that speaks of it.'].join('\n')}\n`
}

const titleOf = (text: string) => /^# (.*)$/m.exec(text)?.[1] ?? ''
