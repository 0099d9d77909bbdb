import { CordonError } from '../base/error.ts'
import type { Check, Finding, Ground } from './finding.ts'

/** Each agent that is set up: whether its files still say what is wanted, its background process, its real keys. */
export const checkAgents: Check = ({ agents, suffix }) => agents.flatMap((one) => findingsOf(one, suffix))

function findingsOf({ agent, contextOf }: Ground['agents'][number], suffix: string): Finding[] {
  try {
    const { state, home, differs, realKey, daemon } = agent.detect(contextOf())
    const setup = `run \`cordon setup ${agent.name}${suffix}\``
    const findings: Finding[] = []
    if (state === 'current')
      findings.push({ check: agent.name, state: 'ok', sentence: `${agent.label} is set up in ${home}.` })
    if (state === 'stale')
      findings.push({
        check: agent.name,
        state: 'failure',
        sentence: `${agent.label} is set up in ${home} otherwise than it would be now: ${differs.join(', ')}.`,
        mend: setup,
      })
    if (realKey && state !== 'absent')
      findings.push({
        check: `${agent.name} key`,
        state: 'failure',
        sentence: `${realKey.path} holds a real key, which every program of yours can read.`,
        mend: `${setup.slice(0, -1)} --yes\`, which moves it into the secret store`,
      })
    if (daemon.state === 'stale')
      findings.push({
        check: `${agent.name} daemon`,
        state: 'failure',
        sentence: `A background process of ${agent.label} (process ${daemon.pid}) still has the environment of before.`,
        mend: setup,
      })
    return findings
  } catch (cause) {
    if (!(cause instanceof CordonError)) throw cause
    // Without the client tokens nothing can be told of an agent, and the check of the tokens says why.
    if (cause.code.startsWith('tokens_')) return []
    return [
      {
        check: agent.name,
        state: 'failure',
        sentence: cause.message,
        ...(cause.hint !== undefined && { mend: cause.hint }),
      },
    ]
  }
}
