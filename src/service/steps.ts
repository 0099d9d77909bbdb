import { rmSync } from 'node:fs'
import { holdUp } from '../base/clock.ts'
import { ask, work } from '../base/command.ts'
import { CordonError } from '../base/error.ts'
import { makePrivateFolder, writeWhole } from '../base/file.ts'
import { shellWord } from '../base/shell.ts'

/** One change to the machine. */
export type Step =
  | { kind: 'folder'; path: string }
  | { kind: 'file'; path: string; text: string; mode: number; encoding?: 'utf16le' }
  | { kind: 'remove'; path: string }
  | { kind: 'run'; words: readonly string[] }
  /** May fail: a later step sees to it that what it is for is so. */
  | { kind: 'try'; words: readonly string[] }
  /** Waits until the command fails, because what it asks for is gone. */
  | { kind: 'gone'; words: readonly string[] }
  /** What the command prints becomes the file. */
  | { kind: 'save'; words: readonly string[]; path: string; mode: number }

/** Carries out one step after the other. Throws `service_failed` and `file_unwritable`. */
export function carryOut(steps: readonly Step[], env: NodeJS.ProcessEnv): void {
  for (const step of steps) carryOutOne(step, env)
}

function carryOutOne(step: Step, env: NodeJS.ProcessEnv): void {
  switch (step.kind) {
    case 'folder':
      return makePrivateFolder(step.path)
    case 'file':
      return writeWhole(step.path, contentOf(step), step.mode)
    case 'remove':
      return rmSync(step.path, { recursive: true, force: true })
    case 'run':
      return void outputOf(step.words, env)
    case 'try':
      return void work(step.words, { env })
    case 'gone':
      return waitUntilGone(step.words, env)
    case 'save':
      return writeWhole(step.path, outputOf(step.words, env), step.mode)
  }
}

/** Other encodings than UTF-8 are told by their first two bytes. */
const contentOf = ({ text, encoding }: { text: string; encoding?: 'utf16le' }) =>
  encoding === undefined ? text : Buffer.from(`\ufeff${text}`, encoding)

function outputOf(words: readonly string[], env: NodeJS.ProcessEnv): Buffer {
  const outcome = work(words, { env })
  if (outcome.done) return outcome.stdout
  throw new CordonError('service_failed', `The command \`${words.join(' ')}\` ${outcome.why}.`, {
    hint: 'mend that, then run the command again',
  })
}

/** Longer than a service may take to end. */
const goneWithinMs = 45_000
const everyMs = 100

function waitUntilGone(words: readonly string[], env: NodeJS.ProcessEnv): void {
  const deadline = performance.now() + goneWithinMs
  while (ask(words, { env }) !== undefined) {
    if (performance.now() > deadline)
      throw new CordonError('service_failed', `The old service does not end: \`${words.join(' ')}\` still finds it.`, {
        hint: 'end its process, then run the command again',
      })
    holdUp(everyMs)
  }
}

/** Puts back what can be put back after a failure: the other steps are done even if one fails. */
export function takeBack(steps: readonly Step[], env: NodeJS.ProcessEnv): void {
  for (const step of steps) {
    try {
      carryOutOne(step, env)
    } catch (cause) {
      // What failed before, such as an init system that is gone, may fail here too; the first failure is the one to tell.
      if (!(cause instanceof CordonError)) throw cause
    }
  }
}

/** The steps for a person to read. */
export function textOf(steps: readonly Step[]): string {
  return steps.map(textOfOne).join('\n')
}

const line = (words: readonly string[]) => words.map(shellWord).join(' ')

function textOfOne(step: Step): string {
  switch (step.kind) {
    case 'folder':
      return `folder  ${step.path} (mode 700)`
    case 'file':
      return `write   ${step.path} (mode ${step.mode.toString(8)})\n${step.text.replace(/^(?=.)/gm, '        ').trimEnd()}`
    case 'remove':
      return `remove  ${step.path}`
    case 'run':
      return `run     ${line(step.words)}`
    case 'try':
      return `run     ${line(step.words)} (which may fail)`
    case 'gone':
      return `wait    until \`${line(step.words)}\` fails`
    case 'save':
      return `write   ${step.path} (mode ${step.mode.toString(8)}), which is printed by\n        ${line(step.words)}`
  }
}
