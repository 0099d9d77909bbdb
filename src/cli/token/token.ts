import { Command } from 'commander'
import type { Context } from '../context.ts'
import { tokenList } from './list.ts'
import { tokenRevoke } from './revoke.ts'
import { tokenRotate } from './rotate.ts'

export const tokenCommand = (context: Context) =>
  new Command('token').addCommand(tokenList(context)).addCommand(tokenRotate(context)).addCommand(tokenRevoke(context))
