import type { Command, Option } from 'commander'
import { CordonError } from '../../base/error.ts'
import { secretHolders } from '../../config/holders.ts'
import { readTokens } from '../../config/tokens.ts'
import { integrations } from '../../integrations/integrations.ts'
import { commandGroups } from '../commands.ts'
import { type Context, configIn, type Placed, scopeIn } from '../context.ts'
import { topicNames } from '../help/topics.ts'

/** A word that may stand at the end of the line, and what it means. */
export interface Candidate {
  word: string
  meaning: string
}

/** Every candidate for the last of the words behind `cordon`, which may be empty or half a word. */
export function candidatesFor(program: Command, typed: readonly string[], context: Context): Candidate[] {
  // Behind `--` stand the words of another program, as in `cordon run -- codex`.
  if (typed.slice(0, -1).includes('--')) return []
  const line = readLine(program, typed.slice(0, -1))
  const last = typed.at(-1) ?? ''
  return allOf(line, last, context).filter(({ word }) => word.startsWith(last))
}

interface Line {
  /** From the program down to the command that was typed. */
  path: readonly Command[]
  /** The option whose value comes next. */
  open: Option | undefined
  hasArgument: boolean
  placed: Placed
}

function readLine(program: Command, words: readonly string[]): Line {
  const line: Line = { path: [program], open: undefined, hasArgument: false, placed: {} }
  return words.reduce(afterWord, line)
}

function afterWord(line: Line, word: string): Line {
  const command = commandOf(line)
  if (line.open) return { ...line, open: undefined, placed: placedBy(line, line.open, word) }
  if (word.startsWith('-')) {
    const [flag = '', value] = word.split('=', 2)
    const option = optionsOf(command).find(({ short, long }) => flag === short || flag === long)
    if (!option?.required) return line
    return value === undefined ? { ...line, open: option } : { ...line, placed: placedBy(line, option, value) }
  }
  const child = command?.commands.find((one) => one.name() === word)
  return child && !line.hasArgument ? { ...line, path: [...line.path, child] } : { ...line, hasArgument: true }
}

function placedBy({ placed }: Line, { long }: Option, value: string): Placed {
  if (long === '--config') return { ...placed, config: value }
  return long === '--scope' && (value === 'project' || value === 'user') ? { ...placed, scope: value } : placed
}

const commandOf = ({ path }: Line) => path.at(-1)
const optionsOf = (command: Command | undefined) => (command ? command.createHelp().visibleOptions(command) : [])

function allOf(line: Line, last: string, context: Context): Candidate[] {
  const command = commandOf(line)
  if (line.open) return valuesOf(line.open, line, context)
  if (last.startsWith('-'))
    return optionsOf(command).map(({ long, flags, description }) => ({ word: long ?? flags, meaning: description }))
  const commands = command?.commands ?? []
  if (commands.length === 0) return line.hasArgument ? [] : argumentsOf(line, context)
  if (line.hasArgument) return []
  return commands.map((one) => ({ word: one.name(), meaning: one.summary() }))
}

function valuesOf({ long, argChoices }: Option, { placed }: Line, context: Context): Candidate[] {
  if (argChoices) return named(argChoices, '')
  switch (long) {
    case '--scope':
      return [
        { word: 'project', meaning: "this folder's cordon.toml" },
        { word: 'user', meaning: "the user's own" },
      ]
    case '--route':
      return routes(placed, context)
    default:
      return []
  }
}

/** What the argument of a command names is told by the group of the command. */
function argumentsOf({ path, placed }: Line, context: Context): Candidate[] {
  const [, group, command] = path
  const choices = (command ?? group)?.registeredArguments[0]?.argChoices
  if (choices) return named(choices, '')
  const takesName = (command ?? group)?.registeredArguments.length !== 0
  if (!takesName) return []
  switch (group?.name()) {
    case 'route':
      return routes(placed, context)
    case 'secret':
      return known(() =>
        named(
          secretHolders(configIn(context, placed).config).map(({ name }) => name),
          'secret',
        ),
      )
    case 'token':
      return known(() => named(readTokens(scopeIn(context, placed).tokensPath)?.map(({ name }) => name) ?? [], 'token'))
    case 'setup':
    case 'integration':
      return integrations.map(({ name }) => ({ word: name, meaning: 'agent' }))
    case 'help':
      return [
        ...commandGroups.flatMap(({ entries }) =>
          entries.map(({ name, summary }) => ({ word: name, meaning: summary })),
        ),
        ...named(topicNames, 'topic'),
      ]
    default:
      return []
  }
}

function routes(placed: Placed, context: Context): Candidate[] {
  return known(() => configIn(context, placed).config.routes.map(({ name }) => ({ word: name, meaning: 'route' })))
}

// Whoever is still typing is not to be told what is wrong with cordon.toml: they are offered nothing.
function known(find: () => Candidate[]): Candidate[] {
  try {
    return find()
  } catch (cause) {
    if (cause instanceof CordonError) return []
    throw cause
  }
}

const named = (words: readonly string[], meaning: string) => words.map((word) => ({ word, meaning }))
