import { CordonError } from '../../base/error.ts'
import { shellWord } from '../../base/shell.ts'
import { parseConfig } from '../../config/load.ts'
import type { Scope } from '../../config/scope.ts'
import { type Context, configText, type Placed, scopeIn, sourcesIn, suffixOf } from '../context.ts'
import type { Known } from './plan.ts'
import { namedRoutes } from './target.ts'

export interface ImportOptions extends Placed {
  fromEnv?: string[]
  key?: string[]
  replace?: boolean
  dryRun?: boolean
  undo?: boolean
  yes?: boolean
}

/** What an import stands on: the configuration as it is, and the stores. */
export interface Ground extends Known {
  scope: Scope
  /** Of cordon.toml. */
  text: string
}

/** `typed` are the words that name what is imported. Throws `config_missing`, `config_faulty`, and `usage` for a `--key` that is no pair. */
export async function openGround(context: Context, options: ImportOptions, typed = ''): Promise<Ground> {
  const suffix = suffixOf(options)
  const scope = scopeIn(context, options)
  const text = configText(scope, options)
  return {
    scope,
    text,
    suffix,
    command: `cordon import${typed}${suffix}`,
    config: parseConfig(text, scope.configPath),
    sources: await sourcesIn(context, scope),
    named: namedRoutes(options.key),
    mayReplace: options.replace === true,
  }
}

/** On a terminal, without `--yes`, a person is shown what is about to be done and agrees to it. Throws `cancelled`. */
export async function agree(
  { terminal }: Context,
  { yes }: ImportOptions,
  shown: string,
  question: string,
): Promise<void> {
  if (!terminal.isInteractive || yes) return
  terminal.notice(`${question}\n${shown}`)
  if (!(await terminal.confirm('Go on?'))) throw new CordonError('cancelled', 'Nothing was changed.')
}

/** The file as it was typed, for the commands that are told. */
export const fileWord = (file: string | undefined) => (file === undefined ? '' : ` ${shellWord(file)}`)
