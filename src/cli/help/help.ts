import { Command } from 'commander'
import { distance } from 'fastest-levenshtein'
import { CordonError } from '../../base/error.ts'
import type { Context } from '../context.ts'
import { shownWord } from '../word.ts'
import { page } from './pager.ts'
import { topicNames, topicPage } from './topics.ts'

export const helpCommand = (context: Context) =>
  new Command('help')
    .description(
      'Print the page of a command, what an error code means, or one of the pages that `cordon help topics` lists.',
    )
    .argument(
      '[words...]',
      'a command such as `secret set`, a code such as `secret_missing`, or a topic such as `errors`',
    )
    .action((words: string[], _options: object, command: Command) => help(context, words, command))

/** Throws `usage` for what is neither a command nor a topic. */
async function help({ env }: Context, words: readonly string[], { parent: program }: Command): Promise<void> {
  const text = topicPage(words.join(' '))
  if (text !== undefined) return page(text, env)
  const command = words.reduce(
    (found, word) => found?.commands.find((one) => one.name() === word),
    program ?? undefined,
  )
  if (!command) throw unknown(words.join(' '), program?.commands.map((one) => one.name()) ?? [])
  command.outputHelp()
}

function unknown(typed: string, commands: readonly string[]): CordonError {
  const meant = [...commands, ...topicNames].find((name) => distance(name, typed) <= 2)
  return new CordonError('usage', `There is no command and no topic ${shownWord(typed)}.`, {
    hint: meant === undefined ? 'see `cordon --help` and `cordon help topics`' : `did you mean ${meant}?`,
  })
}
