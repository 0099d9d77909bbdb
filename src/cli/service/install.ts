import { Command } from 'commander'
import { ask } from '../../base/command.ts'
import { CordonError } from '../../base/error.ts'
import { lstatIfThere } from '../../base/file.ts'
import type { Config } from '../../config/config.ts'
import { type ReplacedProxy, replacedProxy } from '../../config/environment.ts'
import type { Scope } from '../../config/scope.ts'
import { readTokens } from '../../config/tokens.ts'
import { askStatus } from '../../control/ask.ts'
import { askHealth } from '../../control/health.ts'
import type { Program } from '../../service/init-system.ts'
import { type Step, textOf } from '../../service/steps.ts'
import { lookAtPair } from '../../tls/ca-files.ts'
import { type Context, certsOf, configIn, type Placed, sourcesIn, suffixOf } from '../context.ts'
import { foreignPort } from '../status.ts'
import { installSystem } from './install-system.ts'
import { putIn } from './put-in.ts'
import { type InstallOptions, ofService, programFor, type Service, serviceIn } from './which.ts'

export const serviceInstall = (context: Context) =>
  ofService(new Command('install'))
    .summary('run the proxy whenever you are logged in')
    .description(
      'Let systemd, launchd or the Task Scheduler of Windows run the proxy of a configuration. It starts at once, and starts again when it fails. Doing it twice brings the service up to date.',
    )
    .option(
      '--passphrase-file <path>',
      'where the passphrase of the encrypted store lies, for a proxy that nobody can ask',
    )
    .option('--no-namespaces', 'for machines that let no user make namespaces: it may read and write what you may')
    .option('--for <user>', 'with --system: whose agents use it; who typed sudo when left out')
    .option('--dry-run', 'show every step, and take none')
    .addHelpText(
      'after',
      '\n  $ cordon service install --dry-run\n  $ cordon service install --scope user\n  $ sudo cordon service install work --system',
    )
    .action((name: string | undefined, options: InstallOptions) =>
      options.system ? installSystem(context, name, options) : install(context, name, options),
    )

/** Throws `init_missing`, `ca_missing`, `tokens_missing`, `proxy_running`, `port_foreign` and `service_failed`; nothing is left installed then that was not there before. */
export async function install(context: Context, name: string | undefined, options: InstallOptions): Promise<void> {
  const { terminal } = context
  const { scope, config } = configIn(context, options)
  const service = serviceIn(context, name, options)
  const { init, id, definition } = service
  const program = programFor(context, scope, { id, init, ...options })
  const text = init.render(program)
  const steps = [...program.writable.map((path): Step => ({ kind: 'folder', path })), ...init.install(id, text)]
  if (options.dryRun) return terminal.answer(textOf(steps))
  init.expect()
  expectSetUp(scope, config, suffixOf(options))
  expectFile(program)
  const isRunning = definition !== undefined && init.state(id).state === 'running'
  if (isRunning && definition.text === text)
    return terminal.done(`The service ${service.name} is installed and runs already.`)
  if (!isRunning) await expectFreePort(scope, config, options)

  const undo = definition ? init.install(id, definition.text) : init.uninstall(id)
  await putIn(context, service, config, scope.folder, steps, undo)
  for (const notice of await noticesOf(context, scope, config, service, program)) terminal.notice(notice)
  explainLinger(context, service)
}

function expectSetUp(scope: Scope, config: Config, suffix: string): void {
  const setUp = { hint: `make it with \`cordon setup${suffix}\`` }
  if (lookAtPair(certsOf(scope, config)) === 'absent') throw new CordonError('ca_missing', 'There is no CA yet.', setUp)
  if (!readTokens(scope.tokensPath)) throw new CordonError('tokens_missing', 'There is no client token yet.', setUp)
}

function expectFile({ credentials }: Program): void {
  for (const path of Object.values(credentials))
    if (!lstatIfThere(path)?.isFile())
      throw new CordonError('file_unreadable', `There is no file ${path}.`, {
        hint: 'give the path of the passphrase file',
      })
}

async function expectFreePort({ folder }: Scope, { listen }: Config, options: Placed): Promise<void> {
  if (await askStatus(folder))
    throw new CordonError('proxy_running', 'cordon runs for this configuration already, and not as this service.', {
      hint: `end that one with \`cordon stop${suffixOf(options)}\`, then run the command again`,
    })
  const { kind } = await askHealth(listen)
  if (kind !== 'nobody') throw foreignPort(listen, kind, options)
}

/** What works in this shell and will not in the service, for whose environment nobody is asked. */
async function noticesOf(
  context: Context,
  scope: Scope,
  config: Config,
  { init }: Service,
  program: Program,
): Promise<string[]> {
  const { env } = context
  const notices: string[] = []
  const proxy = replacedProxy(env, config.listen)
  if (proxy && !config.network.proxy) notices.push(proxySentence(proxy))
  for (const name of ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'])
    if (env[name] && env[name] !== scope.certs.bundle && env[name] !== scope.certs.caCert)
      notices.push(`The service does not see ${name} of this shell; roots of your company go into \`[tls] trust\`.`)
  if (config.routes.every(({ secret }) => secret.source !== 'age') || Object.keys(program.credentials).length > 0)
    return notices
  const { age } = await sourcesIn(context, scope)
  if ((await age.protection()) === 'passphrase')
    notices.push(
      `The encrypted store has a passphrase, which the service cannot ask for: ${init.handsOverFiles ? 'install it with `--passphrase-file`' : 'take it off with `cordon secret passphrase --remove`, or use the keyring'}.`,
    )
  return notices
}

const proxySentence = ({ name, shown }: ReplacedProxy) =>
  `The service does not see ${name} of this shell; ${shown === undefined ? 'a proxy' : `the proxy ${shown}`} of your company goes into \`[network] proxy\`.`

/** The systemd of a user ends with the last session, and with it all that it runs. */
function explainLinger({ terminal, env }: Context, { init }: Service): void {
  if (init.label !== 'systemd of this user') return
  if (ask(['loginctl', 'show-user', '--property=Linger', '--value'], { env })?.trim() === 'yes') return
  terminal.notice('It stops when you log out for good, unless you let your services linger.')
  terminal.next('loginctl enable-linger')
}
