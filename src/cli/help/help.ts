import { Command } from 'commander'
import { CordonError } from '../../base/error.ts'
import { nearest } from '../../config/meant.ts'
import type { Context } from '../context.ts'
import { shownWord } from '../word.ts'
import { page } from './pager.ts'
import { sectionOn, sectionWords } from './sections.ts'
import { codes, topicNames, topicPage } from './topics.ts'

export const helpCommand = (context: Context) =>
  new Command('help')
    .description(
      'Print the page of a command, what an error code means, one of the pages that `cordon help topics` lists, or the section of them that speaks of a word.',
    )
    .argument(
      '[words...]',
      'a command such as `secret set`, a code such as `secret_missing`, a topic such as `errors`, or a word such as `routes`',
    )
    .action((words: string[], _options: object, command: Command) => help(context, words, command))

/** Throws `usage` for what is neither a command nor a topic, and what no section speaks of. */
async function help({ env }: Context, words: readonly string[], { parent: program }: Command): Promise<void> {
  const text = topicPage(words.join(' '))
  if (text !== undefined) return page(text, env)
  const command = words.reduce(
    (found, word) => found?.commands.find((one) => one.name() === word),
    program ?? undefined,
  )
  if (command) return command.outputHelp()
  const section = sectionOn(words.join(' '))
  if (section !== undefined) return page(section, env)
  throw unknown(words.join(' '), program?.commands.map((one) => one.name()) ?? [])
}

function unknown(typed: string, commands: readonly string[]): CordonError {
  const meant = nearest(typed, [...commands, ...topicNames, ...sectionWords, ...codes()])
  return new CordonError('usage', `There is no command and no topic ${shownWord(typed)}.`, {
    hint:
      meant === undefined ? 'see `cordon --help` and `cordon help topics`' : `did you mean \`cordon help ${meant}\`?`,
  })
}
