import { Command } from 'commander'
import { carryOut, textOf } from '../../service/steps.ts'
import type { Context, Placed } from '../context.ts'
import { ofService, serviceIn } from './which.ts'

export const serviceUninstall = (context: Context) =>
  ofService(new Command('uninstall'))
    .summary('stop it and take it out again')
    .description('Stop the service and take it out of the init system. The configuration, the CA and the secrets stay.')
    .option('--dry-run', 'show every step, and take none')
    .action((name: string | undefined, options: Placed & { dryRun?: boolean }) => uninstall(context, name, options))

/** Throws `init_missing` and `service_failed`. */
export function uninstall(context: Context, name: string | undefined, options: Placed & { dryRun?: boolean }): void {
  const { terminal, env } = context
  const service = serviceIn(context, name, options)
  if (!service.definition) return terminal.done(`There is no service ${service.name} already.`)
  const steps = service.init.uninstall(service.id)
  if (options.dryRun) return terminal.answer(textOf(steps))
  service.init.expect()
  carryOut(steps, env)
  terminal.done(`Took the service ${service.name} out again; its configuration and its secrets stay.`)
}
