/**
 * Aider takes its settings from `.aider.conf.yml`, of the project over that of the home, and variables from the file that
 * `env-file` in it names, over those of its environment:
 *
 *     .aider.conf.yml                            one line of ours
 *     .aider.cordon.env, ~/.aider/cordon.env     ours alone: a project's `.env` is read by other programs too
 */
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { parse } from 'yaml'
import { readIfThere } from '../base/file.ts'
import { placeholderIn, presetRoute } from '../config/known-hosts.ts'
import { editBlock, withoutBlock } from './block.ts'
import { folderOf } from './home.ts'
import type { IntegrationContext } from './integration.ts'
import { ownKeysIn } from './own-keys.ts'
import { type Edit, integrationOf } from './settings.ts'

export const aider = integrationOf({
  name: 'aider',
  label: 'aider',
  scopes: ['project', 'user'],
  wiring: 'files',
  program: 'aider',
  home: settingsOf,
  routes: () => [presetRoute('anthropic')],
  edits,
  notices,
  next: (context) => [isAppendable(context) ? 'aider' : `aider --env-file ${variablesOf(context)}`],
})

function settingsOf(context: IntegrationContext): string {
  return folderOf(context, '.aider.conf.yml')
}

const variablesOf = (context: IntegrationContext) =>
  folderOf(context, context.scope === 'project' ? '.aider.cordon.env' : join('.aider', 'cordon.env'))

function edits(context: IntegrationContext): Edit[] {
  const variables = { ...context.variables, ANTHROPIC_API_KEY: placeholderIn('ANTHROPIC_API_KEY') }
  return [
    { kind: 'variables', path: variablesOf(context), variables },
    ...(isAppendable(context) ? [{ kind: 'lines' as const, path: settingsOf(context), lines: [lineOf(context)] }] : []),
  ]
}

const lineOf = (context: IntegrationContext) => `env-file: ${JSON.stringify(variablesOf(context))}`

/** Whether a line at the end is one more setting and changes no other: in YAML that takes a parser to tell. */
function isAppendable(context: IntegrationContext): boolean {
  const text = withoutBlock(readIfThere(settingsOf(context)) ?? '')
  try {
    const both = editBlock(text, [lineOf(context)], undefined).text
    const [before, after] = [text, both].map((one) => parse(one, { logLevel: 'error' }))
    return isDeepStrictEqual(after, { ...before, 'env-file': variablesOf(context) })
  } catch {
    // No YAML, or aliases of nothing or of more than a parser wants to hold: nothing of ours belongs there.
    return false
  }
}

function notices(context: IntegrationContext): string[] {
  const own = `${settingsOf(context)} names an env-file of its own, or is not one setting a line, and stays as it is.`
  // Set-up tells of the one in a project, whatever the agent.
  const keys = context.scope === 'user' ? ownKeysIn(folderOf(context, '.env'), context.self.options) : []
  return [...(isAppendable(context) ? [] : [own]), ...keys]
}
