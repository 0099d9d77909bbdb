import { Command } from 'commander'
import { carryOut, textOf } from '../../service/steps.ts'
import type { Context } from '../context.ts'
import { systemPlace, systemRemoval } from './system-place.ts'
import { ofService, type ServiceOptions, serviceIn } from './which.ts'

interface UninstallOptions extends ServiceOptions {
  purge?: boolean
  dryRun?: boolean
}

export const serviceUninstall = (context: Context) =>
  ofService(new Command('uninstall'))
    .summary('stop it and take it out again')
    .description('Stop the service and take it out of the init system. The configuration, the CA and the secrets stay.')
    .option('--purge', 'with --system: its configuration, its CA and its secrets too')
    .option('--dry-run', 'show every step, and take none')
    .action((name: string | undefined, options: UninstallOptions) => uninstall(context, name, options))

/** Throws `init_missing` and `service_failed`. */
export function uninstall(context: Context, name: string | undefined, options: UninstallOptions): void {
  const { terminal, env } = context
  const service = serviceIn(context, name, options)
  if (!service.definition) return terminal.done(`There is already no service ${service.name}.`)
  const isPurge = options.system === true && options.purge === true
  const removal = options.system ? systemRemoval(systemPlace(service.id), isPurge) : []
  const steps = [...service.init.uninstall(service.id), ...removal]
  if (options.dryRun) return terminal.answer(textOf(steps))
  service.init.expect()
  carryOut(steps, env)
  terminal.done(
    isPurge
      ? `Took the service ${service.name} out again, with its configuration and its secrets.`
      : `Took the service ${service.name} out again; its configuration and its secrets stay.`,
  )
}
