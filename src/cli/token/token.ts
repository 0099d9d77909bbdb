import { Command } from 'commander'
import type { Context } from '../context.ts'
import { tokenAdd } from './add.ts'
import { tokenList } from './list.ts'
import { tokenRevoke } from './revoke.ts'
import { tokenRotate } from './rotate.ts'

export const tokenCommand = (context: Context) =>
  new Command('token')
    .addCommand(tokenAdd(context))
    .addCommand(tokenList(context))
    .addCommand(tokenRotate(context))
    .addCommand(tokenRevoke(context))
