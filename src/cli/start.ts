import { lookup } from 'node:dns'
import { url as inspectorUrl } from 'node:inspector'
import { Command, Option } from 'commander'
import { CordonError, CordonErrors } from '../base/error.ts'
import { type Log, type LogLevel, logLevels, openLog } from '../base/log.ts'
import { secretHolders } from '../config/holders.ts'
import type { Config } from '../config/load.ts'
import { nextHopOf } from '../config/next-hop.ts'
import type { Scope } from '../config/scope.ts'
import { watchTokens } from '../config/tokens.ts'
import { noCommandLeft } from '../control/commands.ts'
import { askHealth } from '../control/health.ts'
import { readState, removeState, writeState } from '../control/state.ts'
import { guardOf } from '../policy/address.ts'
import { startProxy } from '../proxy/accept.ts'
import { secretFault } from '../proxy/secret-fault.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { type Ca, loadCa } from '../tls/ca.ts'
import { openLeaves } from '../tls/leaf.ts'
import { originTrust } from '../tls/trust.ts'
import { type Context, certsOf, configIn, type Placed, placed, sourcesIn, suffixOf } from './context.ts'

interface StartOptions extends Placed {
  logLevel: LogLevel
  keepGoing?: boolean
  whileCommandsRun?: boolean
}

export const startCommand = (context: Context) =>
  placed(new Command('start'))
    .description('Run the proxy in the foreground, on 127.0.0.1 alone. Ctrl+C stops it.')
    .addOption(new Option('--log-level <level>', 'how much it tells on stderr').choices(logLevels).default('info'))
    .option('--keep-going', 'start although secrets are missing; requests of those routes are refused')
    .option('--while-commands-run', 'stop when no command of `cordon run` lives any more')
    .action((options: StartOptions) => start(context, options))

/** Runs until a signal stops it: everything that can fail for good fails before the port is open. */
export async function start(context: Context, options: StartOptions): Promise<void> {
  closeDebugger()
  const { scope, config } = configIn(context, options)
  const log = openLog(options.logLevel, process.stderr.isTTY === true)
  const ca = caOf(scope, config, suffixOf(options))
  const tokens = watchTokens(scope.tokensPath, scope.name, log)
  const trust = originTrust({ extra: config.tls.trust, exclude: ca.certPem, env: context.env })
  const { openSecrets } = await import('../secrets/secrets.ts')
  const secrets = openSecrets({ sources: await sourcesIn(context, scope), timeoutMs: config.secrets.timeoutMs, log })
  const commandSuffix = suffixOf(options)
  const { nextHop, notice } = nextHopOf(config, {
    env: context.env,
    context: () => trust.context(),
    secrets,
    commandSuffix,
  })
  if (notice !== undefined) context.terminal.notice(notice)
  await checkSecrets(config, secrets, commandSuffix).catch((faults: CordonErrors) => {
    if (!options.keepGoing) throw faults
    for (const { message, hint } of faults.all) context.terminal.notice(`${message} To mend it, ${hint}.`)
  })

  const proxy = await startProxy({
    port: config.listen,
    audience: scope.name,
    routes: config.routes,
    secrets,
    leaves: openLeaves(ca),
    tokens,
    guard: guardOf(config.network.allow),
    originContext: () => trust.context(),
    log,
    commandSuffix,
    version: context.version,
    nextHop,
    connectTimeoutMs: config.network.connectTimeoutMs,
    idleTimeoutMs: config.network.idleTimeoutMs,
    resolve: (hostname, options, callback) => lookup(hostname, { ...options, all: true }, callback),
  }).catch((cause) => whoHasThePort(cause, scope, config, commandSuffix))
  writeState(scope.folder, {
    pid: process.pid,
    port: proxy.port,
    startedAt: new Date().toISOString(),
    version: context.version,
    configPath: scope.configPath,
  })
  context.terminal.done(`cordon is listening on 127.0.0.1:${proxy.port} for ${told(config)}.`)
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= proxy.close(stopGraceMs)
  }
  if (options.whileCommandsRun) await Promise.race([stopSignal(log), noCommandLeft(scope.folder, close)])
  else await stopSignal(log)
  close()
  await closing
  removeState(scope.folder, process.pid)
}

const stopGraceMs = 3000

function caOf(scope: Scope, config: Config, suffix: string): Ca {
  try {
    return loadCa(certsOf(scope, config))
  } catch (cause) {
    if (!(cause instanceof CordonError) || cause.code !== 'ca_missing') throw cause
    throw new CordonError(cause.code, cause.message, { hint: `make one with \`cordon setup${suffix}\``, cause })
  }
}

/**
 * SIGUSR1 makes Node open a debugger port that any user of the machine can read memory through; a listener of our own
 * takes that meaning away. A debugger that is open already ends the start.
 */
function closeDebugger(): void {
  process.on('SIGUSR1', () => {})
  if (inspectorUrl() !== undefined)
    throw new CordonError('debugger_open', 'A debugger is open on this process, and it could read every secret.', {
      hint: 'start without `--inspect` and without NODE_OPTIONS that contain it',
    })
}

/** Fetches every secret once and forgets it. Throws `secret_check` with all that failed, each with who needs it. */
export async function checkSecrets(config: Config, secrets: Secrets, suffix: string): Promise<void> {
  const bySecret = [...Map.groupBy(secretHolders(config), ({ secret }) => JSON.stringify(secret)).values()]
  const outcomes = await Promise.allSettled(bySecret.map(([holder]) => holder && secrets.fetch(holder.secret)))
  const faults = outcomes.flatMap((outcome, i) => {
    const names = bySecret[i]?.map(({ name }) => name) ?? []
    return outcome.status === 'rejected' ? [ofHolders(outcome.reason, names, suffix)] : []
  })
  if (faults.length === 0) return
  const isOne = faults.length === 1
  throw new CordonErrors(
    'secret_check',
    isOne ? 'A secret cannot be read.' : `${faults.length} secrets cannot be read.`,
    faults,
    `mend ${isOne ? 'it' : 'them'}, or start with \`--keep-going\``,
  )
}

function ofHolders(cause: unknown, names: readonly string[], suffix: string): CordonError {
  const fault = secretFault(cause, names.join(', '), names[0] ?? '', suffix)
  if (!(fault instanceof CordonError)) throw fault
  return fault
}

/** A busy port is our own second start most of the time, and then that is what to say. */
async function whoHasThePort(cause: unknown, scope: Scope, config: Config, suffix: string): Promise<never> {
  if (!(cause instanceof CordonError) || cause.code !== 'port_taken') throw cause
  const state = readState(scope.folder)
  const isOurs = state?.port === config.listen && (await askHealth(config.listen)).kind === 'cordon'
  if (!isOurs)
    throw new CordonError(cause.code, cause.message, { hint: `see whose it is with \`cordon doctor${suffix}\``, cause })
  throw new CordonError(
    'proxy_running',
    `cordon already listens on 127.0.0.1:${config.listen} for this configuration (process ${state.pid}).`,
    { hint: 'nothing has to be done; Ctrl+C in its terminal stops it' },
  )
}

function told({ routes }: Config): string {
  if (routes.length === 0) return 'no route yet'
  return `${routes.length === 1 ? 'the route' : 'the routes'} ${routes.map(({ name }) => name).join(', ')}`
}

/** Resolves at the first SIGINT, SIGTERM or SIGHUP; the second ends the process at once. */
function stopSignal(log: Log): Promise<void> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        log.info({ signal }, 'stopping')
        done()
      })
    }
  })
}
