/** Every command that the program has, as it would be typed, so that none is left out of what is true of all. */
import type { Command } from 'commander'
import { commandGroups } from '../../src/cli/commands.ts'
import type { Context } from '../../src/cli/context.ts'
import { openTerminal } from '../../src/cli/terminal.ts'

export interface Typed {
  /** Such as `route add`. */
  name: string
  command: Command
}

const context: Context = { cwd: '/', env: {}, terminal: openTerminal(), version: '0.0.0' }

/** Groups and what is in them, in the order of the page of the program. */
export async function allCommands(): Promise<Typed[]> {
  const loaded = await Promise.all(commandGroups.flatMap(({ entries }) => entries.map(({ load }) => load(context))))
  return loaded.flatMap((command) => [
    { name: command.name(), command },
    ...command.commands.map((child) => ({ name: `${command.name()} ${child.name()}`, command: child })),
  ])
}

/** The same with a word for each argument that has to be there. */
export function withArguments({ name, command }: Typed): string {
  const words = command.registeredArguments.filter(({ required }) => required).map(() => 'codex')
  return [name, ...words].join(' ')
}

export const takesJson = ({ command }: Typed): boolean => command.options.some(({ long }) => long === '--json')
