import { Command } from 'commander'
import type { Context } from '../context.ts'
import { integrationDisable } from './disable.ts'
import { integrationList } from './list.ts'

export const integrationCommand = (context: Context) =>
  new Command('integration').addCommand(integrationList(context)).addCommand(integrationDisable(context))
