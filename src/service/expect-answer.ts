import { ask } from '../base/command.ts'
import { CordonError } from '../base/error.ts'

/** Throws `init_missing` where the init system does not answer this question. */
export function expectAnswer(
  label: string,
  question: readonly string[],
  { env, hint }: { env: NodeJS.ProcessEnv; hint: string },
): void {
  if (ask(question, { env }) !== undefined) return
  throw new CordonError('init_missing', `The ${label} does not answer, so nothing can be kept running by it.`, { hint })
}
