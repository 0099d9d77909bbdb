import { Command } from 'commander'
import type { Context } from '../context.ts'
import { integrationDisable } from './disable.ts'
import { integrationList } from './list.ts'

export const integrationCommand = (context: Context) =>
  new Command('integration')
    .description('see which agents are set up, and take a set-up back')
    .addCommand(integrationList(context))
    .addCommand(integrationDisable(context))
