import type { Check, Finding, Ground } from './finding.ts'

/** Each service that was found: whether it runs, and by the cordon and the paths of now. */
export const checkService: Check = ({ services, suffix }) => services.map((service) => findingFor(service, suffix))

function findingFor({ name, for: agentUser, isStale, state }: Ground['services'][number], suffix: string): Finding {
  const cordon = `${agentUser === undefined ? '' : 'sudo '}cordon service`
  const words = agentUser === undefined ? name : `${name} --system`
  const told = agentUser === undefined ? name : `${name} of this machine`
  if (isStale)
    return {
      check: 'service',
      state: 'failure',
      sentence: `The service ${told} was installed by another cordon, or for other paths than it has now.`,
      mend: `run \`${cordon} install ${words}${agentUser === undefined ? '' : ` --for ${agentUser}`}${suffix}\``,
    }
  if (state !== 'running')
    return {
      check: 'service',
      state: 'failure',
      sentence: `The service ${told} is installed, and does not run.`,
      mend: `run \`${cordon} start ${words}\`; \`${cordon} logs ${words}\` may tell why`,
    }
  return { check: 'service', state: 'ok', sentence: `The service ${told} runs.` }
}
