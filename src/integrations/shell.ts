import type { IntegrationContext } from './integration.ts'

/** The command that starts an agent whose own files cannot lead it through cordon. */
export const runThrough = ({ scope }: IntegrationContext, program: string): string =>
  `cordon run${scope === 'user' ? ' --scope user' : ''} -- ${program}`
