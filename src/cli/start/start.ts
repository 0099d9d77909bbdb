import { url as inspectorUrl } from 'node:inspector'
import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { CordonError, CordonErrors } from '../../base/error.ts'
import { type LogLevel, logLevels } from '../../base/log.ts'
import { printTo } from '../../base/log-file.ts'
import { LogTail } from '../../base/log-tail.ts'
import { openLog } from '../../base/open-log.ts'
import type { Config } from '../../config/config.ts'
import { secretHolders } from '../../config/holders.ts'
import { watchTokens } from '../../config/token-watch.ts'
import { noCommandLeft } from '../../control/commands.ts'
import { removePointer, writePointer } from '../../control/pointer.ts'
import { type ControlServer, serveControl } from '../../control/serve.ts'
import { socketPathFor } from '../../control/socket.ts'
import { type RunningProxy, startProxy } from '../../proxy/accept.ts'
import { secretFault } from '../../proxy/secret-fault.ts'
import type { Secrets } from '../../secrets/secrets.ts'
import { notifyReady } from '../../service/notify.ts'
import { type Context, type Placed, placed, scopeIn, sourcesIn, suffixOf } from '../context.ts'
import { Ending, graceMs } from './ending.ts'
import { statusOf } from './facts.ts'
import { onHangUp } from './hang-up.ts'
import { type Ground, load } from './load.ts'
import { outlast, whoHasThePort } from './predecessor.ts'
import { Renewal } from './renewal.ts'

interface StartOptions extends Placed {
  logLevel: LogLevel
  keepGoing?: boolean
  whileCommandsRun?: boolean
  logFile?: string
}

export const startCommand = (context: Context) =>
  placed(new Command('start'))
    .description(
      'Run the proxy in the foreground, on 127.0.0.1 alone. Ctrl+C or `cordon stop` ends it; what streams then may go on for 30 s.',
    )
    .addOption(new Option('--log-level <level>', 'how much it tells on stderr').choices(logLevels).default('info'))
    .option('--keep-going', 'start although secrets are missing; requests of those routes are refused')
    .option('--log-file <path>', 'print to the end of a file; one of 8 MiB is put aside as PATH.1')
    .option('--while-commands-run', 'stop when no command of `cordon run` lives any more')
    .action((options: StartOptions) => start(context, options))

/** Runs until a signal or `cordon stop` ends it: everything that can fail for good fails before the port is open. */
export async function start(context: Context, options: StartOptions): Promise<void> {
  if (options.logFile !== undefined) printTo(resolve(context.cwd, options.logFile))
  refuseDebugger()
  const scope = scopeIn(context, options)
  const tail = new LogTail()
  const log = openLog(options.logLevel, process.stderr.isTTY === true, tail)
  const ground: Ground = { context, options, scope, sources: await sourcesIn(context, scope), log, tail }
  const loaded = await load(ground)
  const { config, policy } = loaded
  const commandSuffix = suffixOf(options)
  const tokens = watchTokens(scope.tokensPath, scope.name, log)
  if (loaded.hop.notice !== undefined) context.terminal.notice(loaded.hop.notice)
  await checkSecrets(config, policy.secrets, commandSuffix).catch((faults: CordonErrors) => {
    if (!options.keepGoing) throw faults
    for (const { message, hint } of faults.all) context.terminal.notice(`${message} To mend it, ${hint}.`)
  })

  await outlast(scope)
  const proxy = await startProxy({
    ...policy,
    port: config.listen,
    audience: scope.name,
    tokens,
    log,
    commandSuffix,
    version: context.version,
  }).catch((cause) => whoHasThePort(cause, scope, config, commandSuffix))
  const ending = new Ending(proxy, log, options.whileCommandsRun ? 'while commands run' : 'until stopped')
  const renewal = new Renewal(ground, loaded, proxy)
  const control = await openControl(ground, renewal, proxy, ending).catch(async (cause) => {
    await proxy.close()
    throw cause
  })
  ending.onSignals((sentence) => context.terminal.notice(sentence))
  onHangUp(ending, renewal)
  context.terminal.done(`cordon is listening on 127.0.0.1:${proxy.port} for ${told(config)}.`)
  notifyReady(context.env)
  if (options.whileCommandsRun) void noCommandLeft(scope.folder, () => ending.begin(graceMs, 'no command is left'))
  await ending.ended
  renewal.end()
  // In the turn in which `cordon stop` is answered: who has heard that it is over may start the next one.
  const closed = control.close()
  removePointer(scope.folder, process.pid)
  await closed
}

async function openControl(
  ground: Ground,
  renewal: Renewal,
  proxy: RunningProxy,
  ending: Ending,
): Promise<ControlServer> {
  const { context, scope, log, tail } = ground
  const startedAt = new Date()
  const socket = socketPathFor(scope, context.env)
  const control = await serveControl(socket, {
    version: context.version,
    log,
    tail,
    status: () => statusOf(ground, renewal, proxy, startedAt, ending.lasts),
    reload: () => renewal.renew(),
    stop: (withinMs) => ending.begin(withinMs, 'cordon stop'),
  })
  writePointer(scope.folder, { pid: process.pid, socket })
  return control
}

/** A debugger that is open already ends the start; no signal opens one (see `main.ts`). */
function refuseDebugger(): void {
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
    `mend ${isOne ? 'it' : 'them'}, or run \`cordon start --keep-going\``,
  )
}

function ofHolders(cause: unknown, names: readonly string[], suffix: string): CordonError {
  const fault = secretFault(cause, names.join(', '), names[0] ?? '', suffix)
  if (!(fault instanceof CordonError)) throw fault
  return fault
}

function told({ routes }: Config): string {
  if (routes.length === 0) return 'no route yet'
  return `${routes.length === 1 ? 'the route' : 'the routes'} ${routes.map(({ name }) => name).join(', ')}`
}
