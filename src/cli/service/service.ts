import { Command } from 'commander'
import type { Context } from '../context.ts'
import { serviceInstall } from './install.ts'
import { serviceLogs } from './logs.ts'
import { serviceStatus } from './status.ts'
import { serviceRestart, serviceStart, serviceStop } from './turn.ts'
import { serviceUninstall } from './uninstall.ts'

export const serviceCommand = (context: Context) =>
  new Command('service')
    .addCommand(serviceInstall(context))
    .addCommand(serviceUninstall(context))
    .addCommand(serviceStart(context))
    .addCommand(serviceStop(context))
    .addCommand(serviceRestart(context))
    .addCommand(serviceStatus(context))
    .addCommand(serviceLogs(context))
