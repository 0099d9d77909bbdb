import { Command } from 'commander'
import type { Context } from '../context.ts'
import { routeAdd } from './add.ts'
import { routeEdit } from './edit.ts'
import { routeList } from './list.ts'
import { routeRemove } from './remove.ts'
import { routeShow } from './show.ts'

export const routeCommand = (context: Context) =>
  new Command('route')
    .addCommand(routeAdd(context))
    .addCommand(routeEdit(context))
    .addCommand(routeList(context))
    .addCommand(routeShow(context))
    .addCommand(routeRemove(context))
