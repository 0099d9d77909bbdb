import { styleText } from 'node:util'
import { Command, Help } from 'commander'
import { CordonError, CordonErrors } from '../base/error.ts'
import { refuseUnallowed } from '../config/allowed.ts'
import type { Finding } from '../doctor/finding.ts'
import { integrations } from '../integrations/integrations.ts'
import { type Context, certsOf, configIn, factual, type Placed, scopeIn, sourcesIn, suffixOf } from './context.ts'
import { QuietExit } from './exit.ts'
import { hintFor } from './hints.ts'
import { servicesFound } from './service/found.ts'
import { wiredContext } from './setup/agent.ts'

export const doctorCommand = (context: Context) =>
  factual(new Command('doctor'))
    .description(
      'Look at the configuration, the CA, the port, the secrets, the agents and the origins. Exit code 1 when something fails.',
    )
    .option('--send', 'send each origin one request with the real credential, to see whether it takes it')
    .action((options: Placed & { send?: boolean }) => doctor(context, options))

export async function doctor(context: Context, options: Placed & { send?: boolean }): Promise<void> {
  const findings = (await examined(context, options)).map((one) => withPlacedMend(suffixOf(options), one))
  const failed = findings.filter(({ state }) => state === 'failure').length
  if (options.json) context.terminal.answer(JSON.stringify({ ok: failed === 0, findings }, null, 2))
  else context.terminal.answer(linesOf(findings))
  if (failed > 0) throw new QuietExit(1)
}

/** Without a readable configuration there is one finding for each of its faults, and nothing else to look at. */
async function examined(context: Context, options: Placed & { send?: boolean }): Promise<Finding[]> {
  try {
    const { scope, config } = configIn(context, options)
    if (options.send) refuseUnallowed(scope, config, suffixOf(options))
    const agents = integrations
      .filter(({ scopes }) => scopes.includes(scope.kind))
      .map((agent) => ({ agent, contextOf: () => wiredContext(context, scope, config, agent, { kind: 'kept' }) }))
    const { examine } = await import('../doctor/doctor.ts')
    return await examine({
      scope,
      config,
      certs: certsOf(scope, config),
      env: context.env,
      sources: await sourcesIn(context, scope),
      agents,
      services: servicesFound(context, scope),
      maySend: options.send === true,
      suffix: suffixOf(options),
    })
  } catch (cause) {
    if (!(cause instanceof CordonError) || !cause.code.startsWith('config_')) throw cause
    const faults = cause instanceof CordonErrors ? cause.all : [cause]
    const found = faults.map(
      ({ message, hint }): Finding => ({
        check: 'config',
        state: 'failure',
        sentence: message,
        ...(hint !== undefined && { mend: hint }),
      }),
    )
    const { checkRunning } = await import('../doctor/running.ts')
    return [...found, ...(await checkRunning({ scope: scopeIn(context, options), suffix: suffixOf(options) }))]
  }
}

/** A check hands on the hints of other rooms, which know no scope. */
const withPlacedMend = (suffix: string, { mend, ...finding }: Finding): Finding =>
  mend === undefined ? finding : { ...finding, mend: hintFor(suffix, mend) }

const marks = { ok: ['green', '✓'], warning: ['yellow', '!'], failure: ['red', '✗'] } as const

function linesOf(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length))
  return findings
    .map(({ check, state, sentence, mend }) => {
      const [colour, mark] = marks[state]
      const told = `${styleText(colour, mark, { stream: process.stdout })} ${check.padEnd(width)}  ${hanging(sentence, width + 4)}`
      return mend === undefined ? told : `${told}\n  ${' '.repeat(width)}  ${hanging(`to mend it, ${mend}`, width + 4)}`
    })
    .join('\n')
}

/** On a terminal a sentence goes on below its beginning; the drawing of a fault, and what is piped, is left as it is. */
function hanging(sentence: string, indent: number): string {
  const { columns } = process.stdout
  if (columns === undefined || sentence.includes('\n')) return sentence
  return new Help().boxWrap(sentence, columns - indent).replaceAll('\n', `\n${' '.repeat(indent)}`)
}
