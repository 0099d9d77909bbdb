import type { Command, CommanderError } from 'commander'
import { CordonError } from '../base/error.ts'
import { shownWord } from './word.ts'

/** Commander's complaint about the command line as an error of ours. A word that may be a key is not said again. */
export function usageError({ code, message }: CommanderError, command: Command): CordonError {
  const typed = typedName(command)
  const [, meant] = /\(Did you mean (?:one of )?(.+)\?\)/.exec(message) ?? []
  return new CordonError('usage', sentenceFor(code, message, typed), {
    hint: meant === undefined ? `see \`${typed} --help\`` : `did you mean ${meant}?`,
  })
}

function sentenceFor(code: string, message: string, typed: string): string {
  const [, quoted = ''] = /'([^']*)'/.exec(message) ?? []
  switch (code) {
    case 'commander.unknownOption':
      // Of `--key=VALUE` only the name is said.
      return `\`${typed}\` has no option ${shownWord(quoted.replace(/=.*/s, ''))}.`
    case 'commander.unknownCommand':
      return `\`${typed}\` has no command ${shownWord(quoted)}.`
    case 'commander.excessArguments':
      return `\`${typed}\` takes fewer arguments than it was given.`
    case 'commander.missingArgument':
      return `\`${typed}\` needs its argument <${quoted}>.`
    case 'commander.optionMissingArgument':
      return `The option ${quoted} was given without its value.`
    case 'commander.invalidArgument':
      if (message.includes('command-argument')) return `\`${typed}\` takes one of ${choicesIn(message)}`
      return `The option ${quoted.replace(/^-\w, /, '')} takes one of ${choicesIn(message)}`
    default:
      return `${message.replace(/^error: /, '')}.`
  }
}

const choicesIn = (message: string) => message.replace(/.*Allowed choices are /s, '')

function typedName(command: Command): string {
  return command.parent ? `${typedName(command.parent)} ${command.name()}` : command.name()
}
