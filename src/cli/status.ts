import { Command } from 'commander'
import { CordonError } from '../base/error.ts'
import { askStatus } from '../control/ask.ts'
import { askHealth } from '../control/health.ts'
import type { Status, UseStatus } from '../control/status.ts'
import { errorFrom } from '../control/told.ts'
import { type Context, configIn, factual, type Placed, scopeIn, suffixOf } from './context.ts'
import { errorText } from './error-text.ts'
import { QuietExit } from './exit.ts'
import { table } from './table.ts'
import type { Terminal } from './terminal.ts'
import { counted } from './word.ts'

export const statusCommand = (context: Context) =>
  factual(new Command('status'))
    .description(
      'Tell what the proxy of this configuration does: routes and their secrets, clients, refusals, the last error. Exit code 0 when it runs, 5 when not.',
    )
    .option('-q, --quiet', 'print nothing, answer with the exit code')
    .action((options: Placed & { quiet?: boolean }) => status(context, options))

/** Throws `proxy_stopped` when it does not run and `port_foreign` when somebody else has its port. */
export async function status(context: Context, options: Placed & { quiet?: boolean }): Promise<void> {
  const found = await askStatus(scopeIn(context, options).folder)
  if (options.quiet && !found) throw new QuietExit(5)
  if (options.quiet) return
  if (!found) throw await whyStopped(context, options)
  if (options.json) context.terminal.answer(JSON.stringify(found, null, 2))
  else tell(context.terminal, found)
}

/** Why nobody answers for a scope, in this sentence where nothing is in the way of a start. Throws `config_missing` and `config_faulty`. */
export async function whyStopped(context: Context, options: Placed, sentence?: string): Promise<CordonError> {
  const { listen } = configIn(context, options).config
  const { kind } = await askHealth(listen)
  if (kind !== 'nobody') return foreignPort(listen, kind, options)
  return new CordonError('proxy_stopped', sentence ?? `cordon does not run: nobody listens on 127.0.0.1:${listen}.`, {
    hint: `run \`cordon start${suffixOf(options)}\``,
  })
}

/** The port of this configuration is somebody else's, or that of a cordon for another one. */
export function foreignPort(port: number, who: 'cordon' | 'somebody', options: Placed): CordonError {
  const owner = who === 'cordon' ? 'The cordon of another configuration' : 'Something that is not cordon'
  return new CordonError('port_foreign', `${owner} listens on 127.0.0.1:${port}.`, {
    hint: `see whose it is with \`cordon doctor${suffixOf(options)}\``,
  })
}

function tell(terminal: Terminal, { version, pid, address, startedAt, open, ...rest }: Status): void {
  const { lasts, config, routes, clients, refused, lastError } = rest
  const since = `process ${pid}, since ${shownTime(startedAt)}`
  terminal.answer(`cordon ${version} listens on ${address} (${since}), with ${counted(open.streams, 'open stream')}.`)
  terminal.answer(
    `It goes by ${config.path} as ${config.state === 'present' ? 'it is' : `it was at ${shownTime(config.readAt)}`}.`,
  )
  if (routes.length > 0)
    terminal.answer(
      table(
        ['ROUTE', 'REQUESTS', 'LAST USE', 'SECRET'],
        routes.map((route) => [...useCells(route), route.secret.state]),
      ),
    )
  if (clients.length > 0) terminal.answer(table(['CLIENT', 'REQUESTS', 'LAST USE'], clients.map(useCells)))
  const refusals = Object.entries(refused).map(([code, count]) => `${code} ${count}`)
  if (refusals.length > 0) terminal.answer(`Refused: ${refusals.join(', ')}.`)
  if (lastError) terminal.answer(`Last error, at ${shownTime(lastError.at)}: ${lastError.message} (${lastError.code})`)
  for (const { name, secret } of routes)
    if (secret.state !== 'stored') terminal.notice(`${name}: ${secret.why} To mend it, ${secret.mend}.`)
  if (config.fault) terminal.notice(`A change could not be taken over: ${errorText(errorFrom(config.fault))}`)
  for (const sentence of config.pending) terminal.notice(sentence)
  if (lasts === 'while commands run') terminal.notice('It ends with the last command of `cordon run`.')
  if (lasts === 'ending') terminal.notice('It is ending: it accepts no more, and lets what is open come to its end.')
}

const useCells = ({ name, requests, lastUse }: UseStatus) => [
  name,
  String(requests),
  lastUse === undefined ? 'never' : shownTime(lastUse),
]

/** To the second, as a person reads it. */
const shownTime = (iso: string) => iso.replace(/\.\d+Z$/, 'Z')
