/** The topics of `cordon help`: the pages of `docs/`, as they were when this cordon was built. */

declare const CORDON_PAGES: Readonly<Record<string, string>>

const pages = typeof CORDON_PAGES === 'object' ? CORDON_PAGES : {}

/** The names that `cordon help` takes besides those of commands. */
export const topicNames: readonly string[] = ['topics', ...Object.keys(pages)]

/** The page of a topic, or undefined where there is none of that name. */
export function topicPage(name: string): string | undefined {
  return name === 'topics' ? listOfTopics() : pages[name]
}

function listOfTopics(): string {
  const width = Math.max(...Object.keys(pages).map((name) => name.length))
  const lines = Object.entries(pages).map(([name, text]) => `  cordon help ${name.padEnd(width)}  ${titleOf(text)}`)
  return `${['Topics:', ...lines, '', 'Every command has a page too: cordon help COMMAND.'].join('\n')}\n`
}

const titleOf = (text: string) => /^# (.*)$/m.exec(text)?.[1] ?? ''
