import { Command } from 'commander'
import type { Context } from '../context.ts'
import { tokenList } from './list.ts'
import { tokenRevoke } from './revoke.ts'
import { tokenRotate } from './rotate.ts'

export const tokenCommand = (context: Context) =>
  new Command('token')
    .description('look after the tokens that clients show to the proxy')
    .addCommand(tokenList(context))
    .addCommand(tokenRotate(context))
    .addCommand(tokenRevoke(context))
