import { Command } from 'commander'
import type { Context } from '../context.ts'
import { secretCheck } from './check.ts'
import { secretDelete } from './delete.ts'
import { secretList } from './list.ts'
import { secretPassphrase } from './passphrase.ts'
import { secretSet } from './set.ts'

export const secretCommand = (context: Context) =>
  new Command('secret')
    .addCommand(secretSet(context))
    .addCommand(secretList(context))
    .addCommand(secretCheck(context))
    .addCommand(secretDelete(context))
    .addCommand(secretPassphrase(context))
