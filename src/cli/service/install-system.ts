import { resolve } from 'node:path'
import { ask } from '../../base/command.ts'
import { CordonError } from '../../base/error.ts'
import { lstatIfThere } from '../../base/file.ts'
import { loadConfig } from '../../config/load.ts'
import { askHealth } from '../../control/health.ts'
import { textOf } from '../../service/steps.ts'
import { type Context, configIn, passphraseCredential } from '../context.ts'
import { foreignPort } from '../status.ts'
import { shownWord } from '../word.ts'
import { putIn } from './put-in.ts'
import { expectSystemFit } from './system-fit.ts'
import { systemPlace, systemProgram, systemRemoval, systemSteps } from './system-place.ts'
import type { InstallOptions } from './which.ts'
import { serviceIn } from './which.ts'

/**
 * Installs a proxy under a user of its own. Throws `root_needed`, `program_exposed`, `service_unfit`, `user_missing`,
 * `port_foreign`, `service_failed`; what is there then was there before.
 */
export async function installSystem(
  context: Context,
  name: string | undefined,
  options: InstallOptions,
): Promise<void> {
  const { terminal, cwd, env } = context
  const { config: source } = configIn(context, options)
  const service = serviceIn(context, name, options)
  const { init, id, definition } = service
  const place = systemPlace(id)
  const agentUser = options.for ?? env['SUDO_USER'] ?? ''
  const credentials: Record<string, string> =
    options.passphraseFile === undefined ? {} : { [passphraseCredential]: resolve(cwd, options.passphraseFile) }
  const text = init.render(systemProgram(place, agentUser, { credentials }))
  const steps = [...systemSteps(place, source.path, agentUser), ...init.install(id, text)]
  if (options.dryRun) return terminal.answer(textOf(steps))

  expectSystemFit(source, place, service.name)
  expectUser(agentUser)
  init.expect()
  const isOld = lstatIfThere(place.config) !== undefined
  const config = isOld ? loadConfig(place.config) : source
  const isRunning = definition !== undefined && init.state(id).state === 'running'
  if (!isRunning) {
    const { kind } = await askHealth(config.listen)
    if (kind !== 'nobody') throw foreignPort(config.listen, kind, options)
  }
  const undo = definition ? init.install(id, definition.text) : [...init.uninstall(id), ...systemRemoval(place, !isOld)]
  await putIn(context, service, config, place.home, steps, undo)
  if (isOld) terminal.notice(`It goes by ${place.config} as before; ${source.path} was not read into it.`)
  terminal.notice(
    `For a program of ${agentUser}: \`set -a; . ${place.environment}; set +a\`. Secrets and routes are changed as root:`,
  )
  terminal.next(`sudo ${id} secret set ${config.routes[0]?.name ?? 'ROUTE'}`)
}

function expectUser(name: string): void {
  if (name !== '' && ask(['id', '-u', name], { env: process.env }) !== undefined) return
  const sentence =
    name === '' ? 'It is not known whose agents shall use the service.' : `There is no user ${shownWord(name)}.`
  throw new CordonError('user_missing', sentence, { hint: 'name the user with `--for USER`' })
}
