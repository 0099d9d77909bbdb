/** Programs of the machine that are asked, or that do a piece of work. */
import { spawnSync } from 'node:child_process'

interface Surroundings {
  env: NodeJS.ProcessEnv
}

/** Asks a program, whose stdout is the answer; undefined when it does not run, or ends with another code than 0. */
export function ask(words: readonly string[], { env }: Surroundings): string | undefined {
  const [program = '', ...rest] = words
  const { status, stdout } = spawnSync(program, rest, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return status === 0 ? stdout : undefined
}

/**
 * Lets a program work, on this terminal should it ask something: its stdout, or what went wrong as the end of a sentence
 * that begins with the command (`ended with 1: no such unit`).
 */
export function work(
  words: readonly string[],
  { env }: Surroundings,
): { done: true; stdout: Buffer } | { done: false; why: string } {
  const [program = '', ...rest] = words
  const { status, stdout, stderr, error } = spawnSync(program, rest, { env, stdio: ['inherit', 'pipe', 'pipe'] })
  if (status === 0) return { done: true, stdout }
  const said = error?.message ?? String(stderr).trim().split('\n').at(-1) ?? ''
  const ending = status === null ? 'did not run' : `ended with ${status}`
  return { done: false, why: said === '' ? ending : `${ending}: ${said.replace(/\.$/, '')}` }
}
