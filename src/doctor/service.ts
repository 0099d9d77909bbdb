import type { Check, Finding } from './finding.ts'

/** Each service that runs this configuration: whether it runs, and by the cordon and the paths of now. */
export const checkService: Check = ({ services, suffix }) =>
  services.map(({ name, isStale, state }): Finding => {
    if (isStale)
      return {
        check: 'service',
        state: 'failure',
        sentence: `The service ${name} was installed by another cordon, or for other paths than it has now.`,
        mend: `run \`cordon service install ${name}${suffix}\``,
      }
    if (state !== 'running')
      return {
        check: 'service',
        state: 'failure',
        sentence: `The service ${name} is installed, and does not run.`,
        mend: `run \`cordon service start ${name}\`; \`cordon service logs ${name}\` may tell why`,
      }
    return { check: 'service', state: 'ok', sentence: `The service ${name} runs.` }
  })
