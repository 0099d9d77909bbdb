import { Argument, Command } from 'commander'
import type { Context } from '../context.ts'
import { type Shell, scripts, shells } from './scripts.ts'

export const completionCommand = (context: Context) =>
  new Command('completion')
    .description(
      'Print what makes the shell complete commands, options and the names in cordon.toml. Put the line of your shell into the file it reads at its start.',
    )
    .addArgument(new Argument('<shell>').choices(shells))
    .addHelpText(
      'after',
      `
  bash  eval "$(cordon completion bash)"
  zsh   eval "$(cordon completion zsh)"        below compinit
  fish  cordon completion fish | source`,
    )
    .action((shell: Shell) => context.terminal.answer(scripts[shell]))
